using System.Globalization;
using CsvHelper;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Exchange;

/// <summary>Writes all products on sale as CSV (RFC 4180), in portions: memory does not grow with their number.</summary>
public sealed class ProductExport(NpgsqlDataSource database)
{
    private const int Portion = 500;

    // Each portion is a moment of its own: an export that is read slowly keeps neither a connection nor old rows alive.
    private const string Select =
        """
        SELECT p.id, p.slug, v.sku, en.name, zh.name, en.description, zh.description, p.category, p.brand,
               nullif(p.attributes, '{}')::text, v.price, nullif(v.attributes, '{}')::text, v.limit_per_customer, v.id = p.id
        FROM (SELECT * FROM products WHERE id > $1 AND retired_at IS NULL ORDER BY id LIMIT $2) p
        JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
        LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
        JOIN variants v ON v.product_id = p.id AND v.retired_at IS NULL
        ORDER BY p.id, v.id <> p.id, v.position, v.id
        """;

    public async Task WriteAsync(Stream target, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(target, CsvWriterOptions.Default, leaveOpen: true);
        await csv.WriteRecordAsync([.. Columns.All], cancellationToken);
        long last = 0;
        for (var count = Portion; count == Portion;)
        {
            (count, last) = await WritePortionAsync(csv, last, cancellationToken);
            await csv.FlushAsync(cancellationToken);
        }
    }

    private async Task<(int Products, long Last)> WritePortionAsync(CsvWriter csv, long after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = Portion });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (products, last) = (0, after);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt64(0) != last) products++;
            last = reader.GetInt64(0);
            await csv.WriteRecordAsync([.. Cells(reader).Select(FormulaGuard.Protect)], cancellationToken);
        }
        return (products, last);
    }

    // In the order of the columns.
    private static string[] Cells(NpgsqlDataReader row)
    {
        var isFirst = row.GetBoolean(13);
        return
        [
            row.GetString(1), row.GetString(2), OfProduct(3), OfProduct(4), OfProduct(5), OfProduct(6), OfProduct(7), OfProduct(8),
            OfProduct(9), Money.ToMajor(row.GetInt64(10)).ToString("0.00", CultureInfo.InvariantCulture), Text(11),
            row.IsDBNull(12) ? "" : row.GetInt32(12).ToString(CultureInfo.InvariantCulture),
        ];

        string OfProduct(int column) => isFirst ? Text(column) : "";

        string Text(int column) => row.IsDBNull(column) ? "" : row.GetString(column);
    }
}
