namespace Shop.Tests.Distributed;

/// <summary>The graph with PostgreSQL, Redis and RabbitMQ in containers of a real engine. Alone, as <see cref="KillTests"/>.</summary>
[Trait("Category", "Alone")]
public sealed class ContainerTests : IAsyncLifetime
{
    private static readonly string[] AllContainers = ["ps", "--all", "--format", "{{.Names}}"];
    private static readonly string[] AllVolumes = ["volume", "ls", "--format", "{{.Name}}"];

    private readonly string _data = Path.Combine("/var/tmp", "shop-test-" + Guid.CreateVersion7().ToString("N"));
    private readonly int _port = FreePorts.Next();
    private readonly int _dashboardPort = FreePorts.Next();
    private string[] _containersBefore = [];
    private string[] _volumesBefore = [];

    public async Task InitializeAsync() =>
        (_containersBefore, _volumesBefore) = (await ContainerEngine.RunAsync(AllContainers), await ContainerEngine.RunAsync(AllVolumes));

    [ContainerFact]
    public async Task Servers_in_containers_sell_keep_their_data_and_leave_nothing_behind()
    {
        string email, order;
        using (var killed = Start(_port, _dashboardPort))
        {
            await killed.HealthyAsync();
            var containers = await ContainersAsync();
            Assert.True(containers.Length == 3, string.Join(' ', containers));
            (email, order) = await BuyAsync(killed);
            killed.Kill();
            await NothingLeftAsync(killed);
        }

        using var again = Start(_port, _dashboardPort);
        await again.HealthyAsync();
        await SecondRunIsRefusedAsync();
        using (var customer = again.Visitor())
        {
            await customer.LoginAsync(email, "Correct-horse-1");
            Assert.Equal("paid", await customer.StatusAsync(order));
        }
        again.Terminate();
        await again.WaitForExitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(0, again.ExitCode);
        Assert.Empty(await ContainersAsync());
        await NothingLeftAsync(again);
        Assert.Equal(3, (await VolumesAsync()).Length);
    }

    [ContainerFact]
    public async Task A_graph_of_a_test_keeps_no_volume()
    {
        await using (var app = await ShopGraph.StartAsync(configure: builder => builder.Configuration["SHOP_SERVERS"] = "containers"))
        {
            Assert.Equal(3, (await ContainersAsync()).Length);
            using var customer = ShopGraph.Visitor(app);
            Assert.NotEmpty(await customer.ProductsAsync());
        }

        Assert.Empty(await ContainersAsync());
        Assert.Empty(await VolumesAsync());
    }

    public async Task DisposeAsync()
    {
        // DCP removes them, even after a failure.
        await Eventually.BecomesAsync("the containers are gone", ContainersAsync, left => left.Length == 0, TimeSpan.FromSeconds(30));
        foreach (var volume in await VolumesAsync())
            await ContainerEngine.RunAsync("volume", "rm", volume);
        if (Directory.Exists(_data))
            Directory.Delete(_data, recursive: true);
    }

    private AppHostProcess Start(int port, int dashboardPort) => AppHostProcess.Start(_data, port, dashboardPort, "containers");

    private static async Task<(string Email, string Order)> BuyAsync(AppHostProcess shop)
    {
        using var customer = shop.Visitor();
        var email = await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        var order = (string)(await customer.OrderAsync(new { productId, quantity = 2 }))["id"]!;
        await customer.PayAsync(order);
        await customer.BecomesAsync(order, "paid");
        return (email, order);
    }

    private async Task SecondRunIsRefusedAsync()
    {
        using var second = Start(FreePorts.Next(), FreePorts.Next());
        await second.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.NotEqual(0, second.ExitCode);
        Assert.Equal(3, (await ContainersAsync()).Length);
    }

    /// <summary>DCP's own watchdogs of containers look every five seconds whether it has ended.</summary>
    private async Task NothingLeftAsync(AppHostProcess shop)
    {
        await Eventually.BecomesAsync("no container is left", ContainersAsync, left => left.Length == 0, TimeSpan.FromSeconds(10));
        await shop.NothingLeftAsync(TimeSpan.FromSeconds(10));
    }

    private async Task<string[]> ContainersAsync() => [.. (await ContainerEngine.RunAsync(AllContainers)).Except(_containersBefore)];

    private async Task<string[]> VolumesAsync() => [.. (await ContainerEngine.RunAsync(AllVolumes)).Except(_volumesBefore)];
}
