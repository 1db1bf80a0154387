namespace Shop.Tests.Service.Web;

/// <summary>One Web and its upstream for all tests of a class.</summary>
public sealed class WebFixture(Servers servers) : IAsyncLifetime
{
    public string Database { get; private set; } = "";

    public Upstream Upstream { get; private set; } = null!;

    public WebService Web { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = servers.MissingDatabase("web");
        Upstream = await Upstream.StartAsync();
        Storefront.Fill(Upstream);
        Web = await WebService.StartAsync(Database, [Upstream.Address]);
    }

    public async Task DisposeAsync()
    {
        await Web.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
