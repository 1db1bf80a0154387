using System.Text;
using Shop.Catalog.Exchange;
using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Unit.Catalog;

public sealed class ImportReaderTests
{
    private static readonly string Header = string.Join(',', Columns.All);

    [Fact]
    public async Task A_row_is_read_with_line_ends_quotes_and_commas_in_its_cells()
    {
        var file = await ReadAsync(Header, "lamp,L-1,\"Lamp, \"\"big\"\"\",灯,\"One\nTwo\",,toys,aurora,\"{\"\"material\"\":\"\"tin\"\"}\",12.5,,3", "lamp,L-2,,,,,,,,13,\"{\"\"size\"\":\"\"S\"\"}\",");
        Assert.Empty(file.Errors);
        Assert.Equal(
            new ImportRow(2, "lamp", "L-1", new ImportProduct("Lamp, \"big\"", "灯", "One\nTwo", null, "toys", "aurora", """{"material":"tin"}"""), 1250, "{}", 3, []),
            file.Rows[0]);
        Assert.Equal(new ImportRow(4, "lamp", "L-2", null, 1300, """{"size":"S"}""", null, []), file.Rows[1]);
    }

    [Fact]
    public async Task Columns_may_stand_in_any_order_and_a_byte_order_mark_before_them()
    {
        var file = await ReadAsync("\uFEFF" + string.Join(',', Columns.All.Reverse()), ",,5,,,more,,,,Lamp,L-1,lamp", "");
        Assert.Equal(("lamp", "Lamp", 500), (file.Rows[0].Product, file.Rows[0].Content!.Name, file.Rows[0].Price));
    }

    [Theory]
    [InlineData("Lamp,L-1,Lamp,,,,more,,,1,,", "product")]
    [InlineData(",L-1,Lamp,,,,more,,,1,,", "product")]
    [InlineData("lamp,L 1,Lamp,,,,more,,,1,,", "sku")]
    [InlineData("lamp,,Lamp,,,,more,,,1,,", "sku")]
    [InlineData("lamp,L-1,,灯,,,more,,,1,,", "name")]
    [InlineData("lamp,L-1,La\u0007mp,,,,more,,,1,,", "name")]
    [InlineData("lamp,L-1,Lamp,\uFFFE,,,more,,,1,,", "name_zh")]
    [InlineData("lamp,L-1,Lamp,,[x]: http://example.com,,more,,,1,,", "description")]
    [InlineData("lamp,L-1,Lamp,,,[x]: http://example.com,more,,,1,,", "description_zh")]
    [InlineData("lamp,L-1,Lamp,,,,,,,1,,", "category")]
    [InlineData("lamp,L-1,Lamp,,,,No Such,,,1,,", "category")]
    [InlineData("lamp,L-1,Lamp,,,,more,No Such,,1,,", "brand")]
    [InlineData("lamp,L-1,Lamp,,,,more,,[],1,,", "attributes")]
    [InlineData("lamp,L-1,Lamp,,,,more,,null,1,,", "attributes")]
    [InlineData("lamp,L-1,Lamp,,,,more,,\"{\"\"a\"\":1}\",1,,", "attributes")]
    [InlineData("lamp,L-1,Lamp,,,,more,,\"{\"\"a\"\":\"\"b\"\",\"\"a\"\":\"\"c\"\"}\",1,,", "attributes")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,,,", "price")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,\"1,000\",,", "price")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,1e3,,", "price")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,-1,,", "price")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,1.234,,", "price")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,1,\"{\"\"a=b\"\":\"\"c\"\"}\",", "variant_attributes")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,1,,0", "limit_per_customer")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,1,,many", "limit_per_customer")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,1,", "row")]
    [InlineData("lamp,L-1,Lamp,,,,more,,,1,,,", "row")]
    [InlineData("lamp,L-1,La\"mp,,,,more,,,1,,", "row")]
    [InlineData("lamp,L-1,\"Lamp\" x,,,,more,,,1,,", "row")]
    [InlineData("lamp,L-1,\"Lamp,,,,more,,,1,,", "row")]
    public async Task A_bad_row_is_told_with_its_line_and_its_column(string row, string column)
    {
        var file = await ReadAsync(Header, "good,G-1,Good,,,,more,,,1,,", "", row);
        Assert.Equal((4, column), (file.Errors[0].Line, file.Errors[0].Field));
        Assert.Single(file.Errors);
        Assert.Equal("good", Assert.Single(file.Rows, known => known.Broken.Count == 0).Product);
        Assert.Equal(column is "product" or "row" ? [] : [column], file.Rows.SelectMany(known => known.Broken));
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_row_is_told_and_rows_behind_it_are_read()
    {
        var file = await ReadAsync(Header, "X,,,x,,,,,,0,,0", "good,G-1,Good,,,,more,,,1,,");
        Assert.Equal(["category", "limit_per_customer", "name", "price", "product", "sku"], file.Errors.Select(error => error.Field));
        Assert.Equal((3, 2), (Assert.Single(file.Rows).Line, file.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("product,sku")]
    [InlineData("product;sku;name")]
    public async Task A_file_without_its_columns_is_refused(string header) =>
        Assert.Equal("body", (await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(header))).Field);

    [Fact]
    public async Task Columns_that_are_unknown_or_come_twice_are_refused()
    {
        await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Header + ",colour"));
        await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Header + ",sku"));
    }

    [Fact]
    public async Task What_is_not_UTF_8_is_refused() => Assert.Equal(
        ProblemCodes.Malformed,
        (await Assert.ThrowsAsync<ProblemException>(() => ImportReader.ReadAsync(
            new MemoryStream([.. Encoding.UTF8.GetBytes(Header + "\nlamp,L-1,La"), 0xFF, 0xC0]), CancellationToken.None))).Code);

    [Fact]
    public async Task Rows_and_their_size_are_bounded()
    {
        var row = "lamp,L-1,Lamp,,,,more,,,1,,";
        Assert.Equal(50_000, (await ReadAsync([Header, .. Enumerable.Repeat(row, 50_000)])).Count);
        await Assert.ThrowsAsync<ProblemException>(() => ReadAsync([Header, .. Enumerable.Repeat(row, 50_001)]));
        await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Header, "lamp,L-1,\"" + new string('x', 600_000)));
    }

    private static Task<ImportFile> ReadAsync(params string[] lines) =>
        ImportReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))), CancellationToken.None);
}
