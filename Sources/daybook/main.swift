// The program: everything is in DaybookApp, so that a package of one's own can be a daybook too.

import DaybookApp

await DaybookApplication().main()
