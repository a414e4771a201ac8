"""Makes up the pages of a conference catalogue, the same ones every time: make_catalogue.py FOLDER."""
import os
import random
import sys

folder = sys.argv[1]
chance = random.Random(2018)
syllables = "an ber cor dal el fin gra hin il jun kor lim mar nor ol pra qua ren sol tar ul ven wil xan yor zen".split()
words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(3000)]
rare = ["caf&eacute;", "R&amp;D", "na&iuml;ve", "&ldquo;quoted&rdquo;", "5&nbsp;km", "Zürich", "東京", "&#8211;"]

ROW = """

		<div id="session_{number}" class="resultRow sessionRow ">
			<div class="detailColumn">

				<a href="sessionDetail.ww?SESSION_ID={number}" class="openInPopup">

						<span class="abbreviation">{code} - </span>

					<span class="title">{title}



					</span>
				</a>


					<span class="abstract truncatedTxt">{abstract} <a href="javascript:void(0);" class="lessLink">View Less</a></span>



					<small class="type">{kind}</small>


					<small class="speakers">{speakers}</small>

				<span class="track"></span>
				<span class="scheduleStatus">




				</span>
			</div>
			<div class="actionColumn">

						<div class="sessionTimes">
							<a href="javascript:void(0);" onclick="showTimes(this, {number});" class="expandImg expanded"><span class="icon icon-e"></span>Options</a>
							<ul class="availableSessions timeList" style="display: block;"><div class="tooltip">Enrollment has not yet begun.</div>Monday, 10:00 AM - 11:00 AM<span class="sessionRoom"> – Hall {hall}, Level {level}</span></ul>
						</div>


						<a href="javascript:void(0);" onclick="toggle(this, 'interests');" class="interest ">

							<span class="icon icon-star"></span>I'm interested in this
						</a>





			</div>
		</div>
"""


def text(count):
    return " ".join(chance.choice(rare) if chance.random() < 0.03 else chance.choice(words) for _ in range(count))


def speaker():
    return " ".join(chance.choice(words).capitalize() for _ in range(2)) + "<br>"


for page in range(105):
    with open(os.path.join(folder, f"page{page:03}.html"), "w", encoding="utf-8") as out:
        out.write("\n\n\n\t\n")
        for row in range(0 if page % 5 == 0 else chance.randint(1, 66)):
            out.write(ROW.format(
                number=page * 1000 + row, code=f"ABC{chance.randint(100, 499)}", title=text(8).capitalize(), abstract=text(115),
                kind=chance.choice(["Session", "Workshop", "Chalk Talk"]), speakers="".join(speaker() for _ in range(chance.randint(1, 3))),
                hall=chance.choice(words), level=chance.randint(1, 4)))
