using System.Net;

namespace Shop.Tests.Distributed;

/// <summary>The AppHost killed and asked to end, as a process.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string _data = Path.Combine("/var/tmp", "shop-test-" + Guid.CreateVersion7().ToString("N"));
    private readonly int _port = FreePorts.Next();
    private readonly int _dashboardPort = FreePorts.Next();

    [Fact]
    public async Task Killing_the_AppHost_leaves_nothing_running_and_loses_nothing_and_ending_it_is_clean()
    {
        string email;
        using (var killed = AppHostProcess.Start(_data, _port, _dashboardPort))
        {
            await HealthyAsync();
            Assert.True(killed.Left().Length > 10, "the processes of the graph are not recognised");
            using (var customer = Visitor())
                email = await customer.RegisterAsync();
            killed.Kill();
            await NothingLeftAsync(killed, TimeSpan.FromSeconds(10));
        }

        using var again = AppHostProcess.Start(_data, _port, _dashboardPort);
        await HealthyAsync();
        using (var customer = Visitor())
            await customer.LoginAsync(email, "Correct-horse-1");
        again.Terminate();
        await again.WaitForExitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(0, again.ExitCode);
        await NothingLeftAsync(again, TimeSpan.FromSeconds(5));
    }

    public void Dispose()
    {
        if (Directory.Exists(_data))
            Directory.Delete(_data, recursive: true);
    }

    private ShopApi Visitor() => new(new Uri($"http://localhost:{_port}"));

    private async Task HealthyAsync()
    {
        using var visitor = Visitor();
        await Eventually.TrueAsync(
            async () => await AnswersAsync(visitor, "/api/products?limit=1") && await AnswersAsync(visitor, "/health"), TimeSpan.FromMinutes(2));
    }

    private static async Task<bool> AnswersAsync(ShopApi visitor, string path) =>
        (await visitor.TrySendAsync(HttpMethod.Get, path)).Status == HttpStatusCode.OK;

    private async Task NothingLeftAsync(AppHostProcess appHost, TimeSpan within)
    {
        await Eventually.BecomesAsync("no process is left", () => Task.FromResult(string.Join("; ", appHost.Left())), left => left.Length == 0, within);
        foreach (var port in new[] { _port, _dashboardPort })
            Assert.False(FreePorts.IsTaken(port), $"port {port} is still taken");
    }
}
