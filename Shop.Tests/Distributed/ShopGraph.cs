using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Npgsql;

namespace Shop.Tests.Distributed;

/// <summary>
/// The real resource graph on random ports with the dashboard on, started once for all tests that only use it. Tests that
/// break the graph start their own with <see cref="StartAsync"/>.
/// </summary>
public sealed class ShopGraph : IAsyncLifetime
{
    public const string Collection = "the running shop";
    public const string AdminPassword = "Administrator-1";
    public const string DashboardApiKey = "dashboard-key-of-this-test-run";

    private const string BeforePaid = "orders.paid.before-commit";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);

    private DistributedApplication? _app;
    private Director? _director;

    public DistributedApplication App => _app ?? throw new InvalidOperationException("the graph is not started");

    /// <summary>Address of the dashboard and its telemetry API.</summary>
    public Uri Dashboard { get; } = new($"http://localhost:{FreePorts.Next()}");

    public async Task InitializeAsync()
    {
        _director = await Director.StartAsync();
        _app = await StartAsync(Dashboard, Configure);
    }

    // How long a provider may stay silent before it is asked is half a minute otherwise.
    private void Configure(IDistributedApplicationTestingBuilder builder)
    {
        builder.CreateResourceBuilder<ProjectResource>("payments").WithEnvironment("Payments__ReconcileAfter", "00:00:03");
        // On a busy machine Redis is late, and carts would not be available.
        builder.CreateResourceBuilder<ProjectResource>("orders")
            .WithEnvironment($"Failpoints__{BeforePaid}", _director!.Setting("orders")).WithEnvironment("Orders__CartLimit", "00:00:20");
    }

    public async Task DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        if (_director is not null) await _director.DisposeAsync();
    }

    /// <summary>No order turns to paid before <paramref name="until"/> has ended, until the answer is disposed.</summary>
    public IDisposable HoldPaid(Task until) => _director!.On("orders", BeforePaid, () => until);

    /// <summary>Starts a graph of its own and waits until every resource is healthy.</summary>
    /// <param name="dashboard">Where the dashboard listens; without it there is none.</param>
    /// <param name="configure">Changes to the graph before it is built.</param>
    /// <param name="settings">More arguments of the AppHost.</param>
    public static async Task<DistributedApplication> StartAsync(
        Uri? dashboard = null, Action<IDistributedApplicationTestingBuilder>? configure = null, params string[] settings)
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        string[] args = [$"--Parameters:admin-password={AdminPassword}", $"--AppHost:DashboardApiKey={DashboardApiKey}",
            .. settings, .. dashboard is null ? [] : new[] { $"--ASPNETCORE_URLS={dashboard}" }];
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
            args, (options, _) => options.DisableDashboard = dashboard is null, deadline.Token);
        configure?.Invoke(builder);
        var app = await builder.BuildAsync(deadline.Token);
        try
        {
            await app.StartAsync(deadline.Token);
            await WaitUntilHealthyAsync(app, deadline.Token, "catalog", "orders", "payments", "sandbox", "web");
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public static async Task WaitUntilHealthyAsync(DistributedApplication app, CancellationToken cancellationToken, params string[] resources)
    {
        foreach (var resource in resources)
            await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, cancellationToken);
    }

    /// <summary>A customer's or visitor's view of the API, with a cookie jar of its own.</summary>
    public static ShopApi Visitor(DistributedApplication app) => new(app.GetEndpoint("web"));

    public ShopApi Visitor() => Visitor(App);

    /// <summary>Reads one value from one of the graph's databases.</summary>
    public static async Task<T> QueryAsync<T>(DistributedApplication app, string database, string sql, params object[] values)
    {
        await using var source = NpgsqlDataSource.Create(await app.GetConnectionStringAsync(database) + ";Pooling=false"
            ?? throw new InvalidOperationException($"no connection string for {database}"));
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync() ?? throw new InvalidOperationException($"nothing found by: {sql}"));
    }
}

[CollectionDefinition(ShopGraph.Collection)]
public sealed class ShopGraphCollection : ICollectionFixture<ShopGraph>;
