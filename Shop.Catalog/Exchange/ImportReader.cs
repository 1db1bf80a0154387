using System.Text;
using CsvHelper;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Exchange;

/// <summary>Reads a file of products, row by row, and finds what is wrong without a look at what is stored.</summary>
public static class ImportReader
{
    public const int MaxRows = 50_000;

    // Two descriptions of the longest, three bytes a character, and room for the rest: a quotation mark that is never closed
    // shall not make one row of the whole file.
    private const int MaxRecord = 512 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ProblemException">400: not UTF-8, a column missing or unknown, too many rows.</exception>
    public static async Task<ImportFile> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var file = new ImportFile(0, [], []);
        var isBroken = false;
        using var text = new StreamReader(body, Strict);
        await using var csv = CsvReader.Create(text, new CsvReaderOptions
        {
            Separator = ',', HasHeader = false, SkipEmptyLines = true, TrackLineNumbers = true, MaxRecordSize = MaxRecord,
            OnMalformedRecord = _ => isBroken = true,
        });
        try
        {
            var columns = await csv.ReadAsync(cancellationToken) && !isBroken
                ? ReadHeader(csv)
                : throw Problem.Validation("body", "must begin with the names of the columns");
            var count = 0;
            for (; await csv.ReadAsync(cancellationToken); isBroken = false)
            {
                if (++count > MaxRows) throw Problem.Validation("body", $"must hold at most {MaxRows} rows");
                ReadRow(csv, columns, isBroken, file);
            }
            return file with { Count = count };
        }
        catch (CsvFormatException tooLong)
        {
            throw Problem.Validation("body", $"holds a row of more than {MaxRecord} bytes in line {tooLong.LineNumber}");
        }
        catch (DecoderFallbackException)
        {
            throw Problem.Malformed("The body is not UTF-8.", "body");
        }
    }

    private static Dictionary<string, int> ReadHeader(CsvReader csv)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < csv.FieldCount; i++)
            if (!columns.TryAdd(csv.GetString(i).Trim(), i)) throw Problem.Validation("body", $"names the column {csv.GetString(i).Trim()} twice");
        var missing = Columns.All.Except(columns.Keys).ToList();
        var unknown = columns.Keys.Except(Columns.All).ToList();
        new Validator()
            .Check(missing.Count == 0, "body", $"lacks the columns {string.Join(", ", missing)}")
            .Check(unknown.Count == 0, "body", $"holds unknown columns: {string.Join(", ", unknown.Take(Columns.All.Count))}")
            .ThrowIfInvalid();
        return columns;
    }

    private static void ReadRow(CsvReader csv, Dictionary<string, int> columns, bool isBroken, ImportFile file)
    {
        var line = (int)csv.LineNumber;
        if (isBroken)
            file.Errors.Add(new ImportError(line, "row", "holds a quotation mark that is not doubled or not closed"));
        else if (csv.FieldCount != columns.Count)
            file.Errors.Add(new ImportError(line, "row", $"has {csv.FieldCount} cells instead of {columns.Count}"));
        else if (RowRules.Read(line, column => FormulaGuard.Unprotect(csv.GetString(columns[column])), file.Errors) is { } row)
            file.Rows.Add(row);
    }
}
