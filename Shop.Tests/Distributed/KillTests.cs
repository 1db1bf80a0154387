namespace Shop.Tests.Distributed;

/// <summary>The AppHost killed and asked to end, as a process. Alone: its deadlines are those of a machine that does nothing else.</summary>
[Trait("Category", "Alone")]
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
            await killed.HealthyAsync();
            Assert.True(killed.Left().Length > 10, "the processes of the graph are not recognised");
            using (var customer = killed.Visitor())
                email = await customer.RegisterAsync();
            killed.Kill();
            await killed.NothingLeftAsync(TimeSpan.FromSeconds(10));
        }

        using var again = AppHostProcess.Start(_data, _port, _dashboardPort);
        await again.HealthyAsync();
        using (var customer = again.Visitor())
            await customer.LoginAsync(email, "Correct-horse-1");
        again.Terminate();
        await again.WaitForExitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(0, again.ExitCode);
        await again.NothingLeftAsync(TimeSpan.FromSeconds(5));
    }

    public void Dispose()
    {
        if (Directory.Exists(_data))
            Directory.Delete(_data, recursive: true);
    }
}
