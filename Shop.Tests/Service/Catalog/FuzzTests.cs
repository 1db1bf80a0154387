namespace Shop.Tests.Service.Catalog;

/// <summary>Scenario T22 at Catalog's own door, as an administrator, since only that gets past the first check everywhere.</summary>
[Collection(Servers.Collection)]
public sealed class FuzzTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    [Fact]
    public async Task No_input_to_any_operation_of_the_OpenAPI_document_is_more_than_a_clear_refusal()
    {
        using var administrator = bed.Administrator();
        administrator.Timeout = TimeSpan.FromSeconds(20);
        var fuzz = new OpenApiFuzz(administrator);
        await fuzz.RunAsync("/openapi/v1.json");
        Assert.True(fuzz.Sent > 1000, $"only {fuzz.Sent} requests");
        Assert.True(fuzz.Faults.Length == 0, fuzz.Faults);
        await bed.AssertBooksAgreeAsync();
    }
}
