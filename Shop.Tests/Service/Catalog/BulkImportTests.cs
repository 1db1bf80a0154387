using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Shop.Catalog.Exchange;
using Xunit.Abstractions;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class BulkImportTests(CatalogBed bed, ITestOutputHelper output) : IClassFixture<CatalogBed>
{
    // Many times what it takes when nothing else runs; a statement per row would take longer than this.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Ten_thousand_rows_are_imported_in_seconds()
    {
        var file = string.Join(',', Columns.All) + "\r\n" + string.Join("\r\n", Enumerable.Range(0, 10_000).Select(Row));
        var changed = file.Replace("Bulk Item", "Bulk Thing", StringComparison.Ordinal);
        Assert.Equal((5000, 0), await ImportAsync(file));
        Assert.Equal((0, 5000), await ImportAsync(changed));
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
        var started = Stopwatch.GetTimestamp();
        var answer = await Answer.OfAsync(administrator.PostAsync("/api/products/import", content));
        var elapsed = Stopwatch.GetElapsedTime(started);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToJsonString());
        var products = answer.Json["products"]!;
        output.WriteLine($"{products.ToJsonString()} in {elapsed.TotalSeconds:0.0} s");
        Assert.InRange(elapsed, TimeSpan.Zero, Bound);
        return ((int)products["created"]!, (int)products["changed"]!);
    }
}
