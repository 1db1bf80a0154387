using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

/// <summary>
/// A real graph for tests that break it: with a standby of the local server, without a dashboard. Each starts again what it
/// has stopped.
/// </summary>
public sealed class BreakableGraph : IAsyncLifetime
{
    public const string Collection = "a shop to be broken";

    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(60);

    private DistributedApplication? _app;
    private volatile bool _paymentsCrash;

    public DistributedApplication App => _app ?? throw new InvalidOperationException("the graph is not started");

    public ShopApi Visitor() => ShopGraph.Visitor(App);

    /// <summary>Whether Payments, once it is started again, crashes before its relay publishes a message.</summary>
    public void LetPaymentsCrash(bool crash) => _paymentsCrash = crash;

    // The environment is made anew for every start.
    public async Task InitializeAsync() => _app = await ShopGraph.StartAsync(
        null,
        builder => builder.CreateResourceBuilder<ProjectResource>("payments").WithEnvironment(context =>
        {
            if (_paymentsCrash)
                context.EnvironmentVariables["Failpoints__messaging.relay.before-publish"] = "crash";
        }),
        "--Shop:Standby=true", "--SHOP_SERVERS=local");

    public async Task DisposeAsync() => await App.DisposeAsync();

    /// <summary>A command that the dashboard has as well, done before the deadline.</summary>
    public async Task CommandAsync(string resource, string command)
    {
        using var deadline = new CancellationTokenSource(CommandDeadline);
        var result = await App.ResourceCommands.ExecuteCommandAsync(resource, command, deadline.Token);
        Assert.True(result.Success, $"{command} {resource}: {result.Message}");
    }
}

[CollectionDefinition(BreakableGraph.Collection)]
public sealed class BreakableGraphCollection : ICollectionFixture<BreakableGraph>;
