// A list of items in the forms that it is asked for: a table, CSV, JSON Lines.

import CanonicalJSON
import Projections

/// Prints rows as they come, or a table of them at the end.
struct ItemListText {
    enum Form { case table, csv, json }

    let form: Form
    /// The columns that were asked for; none for the usual ones.
    let columns: [ItemField]
    let console: Console

    /// Whether the columns follow from the rows, so that all of those have to be known first.
    var needsAllRows: Bool { form == .csv && columns.isEmpty }

    /// One row as a line of `--json`.
    func printJSON(_ row: ItemRow) throws {
        guard !columns.isEmpty else { return console.bytes(row.line + [0x0A]) }
        var line: [UInt8] = []
        for column in columns {
            guard let value = try column.json(in: row) else { continue }
            line.append(UInt8(ascii: line.isEmpty ? "{" : ","))
            JSON.writeString(column.name, into: &line)
            line.append(UInt8(ascii: ":"))
            value.write(into: &line)
        }
        console.bytes((line.isEmpty ? [UInt8(ascii: "{")] : line) + [UInt8(ascii: "}"), 0x0A])
    }

    /// All rows as CSV; without columns, the line's members and then every field that occurs.
    func printCSV(_ rows: [ItemRow]) throws {
        var columns = columns
        if columns.isEmpty { columns = ItemField.members + (try ItemFields.names(in: rows).map(ItemField.named)) }
        printCSV(columns.map { CSV.cell($0.name) })
        for row in rows { printCSV(try columns.map { CSV.cell(try $0.json(in: row)) }) }
    }

    /// On a terminal nothing that is printed may steer it.
    private func printCSV(_ cells: [String]) {
        let line = CSV.line(cells)
        console.bytes(Array((console.isTerminal ? displayable(line: String(line.dropLast())) + "\n" : line).utf8))
    }

    /// A table of the columns that were asked for.
    func printTable(_ rows: [ItemRow]) throws {
        var table = Table(headings: columns.map(\.name))
        for row in rows {
            table.add(
                row: try columns.map { column in
                    Cell(try column.value(in: row).map(FieldText.brief) ?? "", column.name == "key" ? .strong : .plain)
                })
        }
        table.print(to: console, isFitted: true)
    }

    /// The table that a list has by itself.
    func printUsualTable<Noun: CollectionNoun>(_ rows: [ItemRow], of noun: Noun.Type) throws {
        var table = Table(headings: ["watch", "key"] + Noun.columns)
        for row in rows {
            let isGone = row.state == .absent
            table.add(
                row: [Cell(row.watch, .faint), Cell(row.key, isGone ? .bad : .strong)] + (try Noun.cells(of: row)))
        }
        (Noun.hasKeys ? table : table.without("key")).print(to: console)
    }
}
