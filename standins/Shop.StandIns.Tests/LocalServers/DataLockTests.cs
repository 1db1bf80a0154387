using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.Orchestration;

namespace Shop.StandIns.Tests.LocalServers;

public sealed class DataLockTests : IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(2));
    private readonly string _directory = LocalServerRun.CreateDirectory();

    [Theory]
    [InlineData("postgres")]
    [InlineData("cache")]
    [InlineData("messaging")]
    public async Task A_second_server_on_the_same_data_starts_when_the_first_has_ended_and_fails_when_it_does_not(string name)
    {
        var (firstApplication, firstServer) = Graph(name);
        var (secondApplication, secondServer) = Graph(name);
        await using var firstGraph = firstApplication;
        await using var secondGraph = secondApplication;
        await using var first = await LocalServerRun.StartAsync(firstApplication, firstServer, _directory, _timeout.Token);

        await using (var refused = await LocalServerRun.LaunchAsync(
            secondApplication, secondServer, _directory, _timeout.Token, dataPatience: TimeSpan.FromSeconds(0.5)))
        {
            Assert.Equal(1, await refused.ExitCodeAsync(_timeout.Token));
            Assert.Equal($"A server of an earlier run still uses the data in {_directory}: end it, or set SHOP_DATA to another folder.", refused.Output.Trim());
        }

        await using var second = await LocalServerRun.LaunchAsync(secondApplication, secondServer, _directory, _timeout.Token);
        Assert.True(await first.IsHealthyAsync(name, _timeout.Token));
        await first.EndAsync(_timeout.Token);
        await second.UntilHealthyAsync(name, _timeout.Token);
        await second.StopAsync(_timeout.Token);
    }

    [Fact]
    public async Task A_fresh_start_empties_no_data_in_use()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--Shop:Fresh=true", $"--SHOP_DATA={_directory}"],
            DisableDashboard = true,
        });
        var cache = builder.AddRedis("cache").WithDataVolume().Resource;
        var home = Directory.CreateDirectory(Path.Combine(_directory, "cache")).FullName;
        var file = Path.Combine(home, "server.lock");
        using var session = new SessionFolder();
        await using (new FileStream(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
        {
            using var impatient = new DataDirectories(builder, session, TimeProvider.System) { Patience = TimeSpan.FromSeconds(0.3) };
            var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => impatient.ForAsync(cache, _timeout.Token));
            Assert.Contains($"still uses the data in {home}", refused.Message, StringComparison.Ordinal);
            Assert.True(File.Exists(file));
        }

        using var data = new DataDirectories(builder, session, TimeProvider.System);
        Assert.Equal(home, await data.ForAsync(cache, _timeout.Token));
        Assert.Empty(Directory.GetFileSystemEntries(home));
    }

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _timeout.Dispose();
    }

    private static (DistributedApplication Application, ContainerResource Server) Graph(string name)
    {
        var builder = LocalServerRun.CreateBuilder($"Parameters:{name}-password=same");
        ContainerResource server = name switch
        {
            "postgres" => builder.AddPostgres(name).Resource,
            "cache" => builder.AddRedis(name).Resource,
            _ => builder.AddRabbitMQ(name).Resource,
        };
        LocalServerRun.Allocate(server);
        return (builder.Build(), server);
    }
}
