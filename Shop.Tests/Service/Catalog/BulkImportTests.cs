using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;
using Shop.Catalog.Exchange;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class BulkImportTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    private const int Rows = 2_000;

    [Fact]
    public async Task Many_rows_are_imported_by_few_statements()
    {
        var file = string.Join(',', Columns.All) + "\r\n" + string.Join("\r\n", Enumerable.Range(0, Rows).Select(Row));
        var changed = file.Replace("Bulk Item", "Bulk Thing", StringComparison.Ordinal);
        Assert.Equal((Rows / 2, 0), await ImportAsync(file));
        Assert.Equal((0, Rows / 2), await ImportAsync(changed));
        Assert.Equal((0, 0), await ImportAsync(changed));
        await bed.AssertBooksAgreeAsync();
    }

    // Two variants a product.
    private static string Row(int number)
    {
        var content = number % 2 == 0 ? $"Bulk Item {number},批量商品 {number},Text number {number} of a few words,文字说明,more,aurora" : ",,,,,";
        return string.Create(
            CultureInfo.InvariantCulture, $"bulk-{number / 2},BULK-{number},{content},,{number % 90 + 1}.5,\"{{\"\"size\"\":\"\"{number % 2}\"\"}}\",");
    }

    private async Task<(int Created, int Changed)> ImportAsync(string file)
    {
        using var administrator = bed.Administrator();
        using var content = new StringContent(file, Encoding.UTF8, "text/csv");
        using var queries = new DatabaseQueries(new NpgsqlConnectionStringBuilder(bed.Settings["ConnectionStrings:catalogdb"]).Database!, "");
        var answer = await Answer.OfAsync(administrator.PostAsync("/api/products/import", content));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToJsonString());
        var products = answer.Json["products"]!;
        Assert.InRange(queries.Count, 1, Rows / 10);
        return ((int)products["created"]!, (int)products["changed"]!);
    }
}
