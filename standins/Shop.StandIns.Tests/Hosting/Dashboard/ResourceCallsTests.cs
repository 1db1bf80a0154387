using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Wire = Aspire.Hosting.Dashboard.Wire;

namespace Shop.StandIns.Tests.Hosting.Dashboard;

/// <summary>The calls of the dashboard against a running service.</summary>
public sealed class ResourceCallsTests : IAsyncLifetime
{
    private const string Id = "web-abcdefgh";

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(30));
    private readonly ProjectResource _web = new("web");
    private readonly ResourceNotificationService _notifications = new(new ServiceCollection().BuildServiceProvider());
    private readonly ResourceLoggerService _logs = new(TimeProvider.System);
    private ResourceServer _server = null!;
    private GrpcClient _client = null!;
    private Task _feeding = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        var feed = new ResourceFeed(_notifications);
        var commands = new ResourceCommandService(_notifications, _logs, new ServiceCollection().BuildServiceProvider());
        _feeding = feed.RunAsync(_deadline.Token);
        _server = await ResourceServer.StartAsync(
            new ResourceCalls("Shop", feed, _logs, commands).Methods, "key", NullLogger.Instance, _deadline.Token);
        _client = new GrpcClient(_server.Address, "key");
        await PublishAsync("Starting");
    }

    public async Task DisposeAsync()
    {
        await _deadline.CancelAsync();
        await _feeding;
        _client.Dispose();
        await _server.DisposeAsync();
        _deadline.Dispose();
    }

    [Fact]
    public async Task The_application_tells_its_name()
    {
        var answer = await _client.CallAsync("GetApplicationInformation", new Wire.ApplicationInformationRequest(),
            Wire.ApplicationInformationResponse.Parser, _deadline.Token);
        Assert.Equal(("Shop", ""), (answer.ApplicationName, answer.MinDashboardVersion));
    }

    [Fact]
    public async Task Watching_gives_what_is_first_and_then_what_changes()
    {
        await using var updates = Watch().GetAsyncEnumerator();
        Assert.True(await updates.MoveNextAsync());
        Assert.Equal(Wire.WatchResourcesUpdate.KindOneofCase.InitialData, updates.Current.KindCase);

        await PublishAsync("Running");
        string? state;
        do
        {
            Assert.True(await updates.MoveNextAsync());
            Assert.Equal(Wire.WatchResourcesUpdate.KindOneofCase.Changes, updates.Current.KindCase);
            state = updates.Current.Changes.Value.Single().Upsert.State;
        }
        while (state != "Running");
    }

    [Fact]
    public async Task A_second_watcher_gets_everything_that_the_first_one_knows()
    {
        await PublishAsync("Running");
        await foreach (var update in Watch())
        {
            if (Running(update))
                break;
        }
        await foreach (var update in Watch())
        {
            Assert.Equal((Id, "Running"), (update.InitialData.Resources.Single().Name, update.InitialData.Resources.Single().State));
            return;
        }
    }

    [Fact]
    public async Task A_slow_watcher_finds_one_change_per_resource_waiting()
    {
        var feed = new ResourceFeed(_notifications);
        var feeding = feed.RunAsync(_deadline.Token);
        await using var batches = feed.WatchAsync(_deadline.Token).GetAsyncEnumerator();
        await batches.MoveNextAsync();
        for (var i = 0; i < 1000; i++)
            await PublishAsync($"State {i}");

        var batchCount = 0;
        do
        {
            await batches.MoveNextAsync();
            Assert.Single(batches.Current);
            batchCount++;
        }
        while (batches.Current.Single().Snapshot.State!.Text != "State 999");
        Assert.InRange(batchCount, 1, 1000);
        await _deadline.CancelAsync();
        await feeding;
    }

    [Fact]
    public async Task The_console_starts_with_its_backlog_and_goes_on_live()
    {
        _logs.Append(Id, "first", isErrorMessage: false);
        _logs.Append(Id, "second", isErrorMessage: true);
        var request = new Wire.WatchResourceConsoleLogsRequest { ResourceName = Id };
        var lines = new List<Wire.ConsoleLogLine>();
        await foreach (var update in _client.WatchAsync(
            "WatchResourceConsoleLogs", request, Wire.WatchResourceConsoleLogsUpdate.Parser, _deadline.Token))
        {
            if (lines.Count == 0)
                _logs.Append(Id, "third", isErrorMessage: false);
            lines.AddRange(update.LogLines);
            if (lines.Count == 3)
                break;
        }
        Assert.Equal([(1, "first", false), (2, "second", true), (3, "third", false)],
            lines.Select(line => (line.LineNumber, line.Text, line.IsStdErr)));
    }

    [Fact]
    public async Task A_console_without_following_ends_after_the_backlog()
    {
        _logs.Append(Id, "only", isErrorMessage: false);
        var request = new Wire.WatchResourceConsoleLogsRequest { ResourceName = Id, SuppressFollow = true };
        var lines = new List<string>();
        await foreach (var update in _client.WatchAsync(
            "WatchResourceConsoleLogs", request, Wire.WatchResourceConsoleLogsUpdate.Parser, _deadline.Token))
            lines.AddRange(update.LogLines.Select(line => line.Text));
        Assert.Equal(["only"], lines);
    }

    [Fact]
    public async Task A_backlog_of_more_than_a_message_may_hold_comes_in_pieces()
    {
        for (var i = 0; i < 5; i++)
            _logs.Append(Id, new string('x', 900_000), isErrorMessage: false);
        var request = new Wire.WatchResourceConsoleLogsRequest { ResourceName = Id, SuppressFollow = true };
        var counts = new List<int>();
        await foreach (var update in _client.WatchAsync(
            "WatchResourceConsoleLogs", request, Wire.WatchResourceConsoleLogsUpdate.Parser, _deadline.Token))
            counts.Add(update.LogLines.Count);
        Assert.Equal([2, 2, 1], counts);
    }

    [Theory]
    [InlineData("stop", Wire.ResourceCommandResponseKind.Succeeded)]
    [InlineData("refuse", Wire.ResourceCommandResponseKind.Failed)]
    [InlineData("unknown", Wire.ResourceCommandResponseKind.Failed)]
    public async Task A_command_runs_for_the_instance_and_its_outcome_is_told(string command, object kind)
    {
        var executedFor = new List<string>();
        AddCommand("stop", context => { executedFor.Add(context.ResourceName); return CommandResults.Success(); });
        AddCommand("refuse", _ => CommandResults.Failure("not today"));
        var answer = await _client.CallAsync("ExecuteResourceCommand",
            new Wire.ResourceCommandRequest { CommandName = command, ResourceName = Id, ResourceType = "Project" },
            Wire.ResourceCommandResponse.Parser, _deadline.Token);
        Assert.Equal(kind, answer.Kind);
        Assert.Equal(command == "stop" ? [Id] : [], executedFor);
        if (command == "refuse")
            Assert.Equal("not today", answer.Message);
    }

    [Fact]
    public async Task Interactions_are_accepted_and_stay_silent()
    {
        using var response = await _client.SendAsync("WatchInteractions", [], _deadline.Token);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        Assert.False(response.Headers.Contains("grpc-status"));
        using var pause = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => response.Content.ReadAsByteArrayAsync(pause.Token));
    }

    [Fact]
    public async Task A_connection_string_is_shown_masked_and_only_the_servers_one_names_the_peer_of_a_trace()
    {
        var server = new Server("pg");
        IResource[] resources = [server, new Database("catalogdb", server)];
        foreach (var resource in resources)
            await _notifications.PublishUpdateAsync(resource, resource.Name, snapshot => snapshot with { ResourceType = "Container", State = new("Running", null) });

        var shown = new Dictionary<string, (string Value, bool Masked)>();
        await foreach (var update in Watch())
        {
            var changed = update.InitialData?.Resources.AsEnumerable() ?? update.Changes.Value.Select(change => change.Upsert);
            foreach (var property in changed.SelectMany(resource => resource.Properties))
                shown[property.Name] = (property.Value.StringValue, property.IsSensitive);
            if (shown.Count == 2)
                break;
        }
        Assert.Equal(("Host=h;Password=secret", true), shown["resource.connectionString"]);
        Assert.Equal(("Host=h;Database=catalogdb", true), shown["connectionString"]);
    }

    private IAsyncEnumerable<Wire.WatchResourcesUpdate> Watch() =>
        _client.WatchAsync("WatchResources", new Wire.WatchResourcesRequest(), Wire.WatchResourcesUpdate.Parser, _deadline.Token);

    private static bool Running(Wire.WatchResourcesUpdate update) =>
        update.InitialData?.Resources.Any(resource => resource.State == "Running") == true
        || update.Changes?.Value.Any(change => change.Upsert.State == "Running") == true;

    private Task PublishAsync(string state) =>
        _notifications.PublishUpdateAsync(_web, Id, snapshot => snapshot with { State = new(state, null) });

    private void AddCommand(string name, Func<ExecuteCommandContext, ExecuteCommandResult> execute) =>
        _web.Annotations.Add(new ResourceCommandAnnotation(
            name, name, _ => ResourceCommandState.Enabled, context => Task.FromResult(execute(context)), null, null, null, null, false));

    private sealed class Server(string name) : ContainerResource(name), IResourceWithConnectionString
    {
        ReferenceExpression IResourceWithConnectionString.ConnectionStringExpression => ReferenceExpression.Create($"Host=h;Password=secret");
    }

    private sealed class Database(string name, Server server) : Resource(name), IResourceWithConnectionString, IResourceWithParent
    {
        public IResource Parent => server;

        ReferenceExpression IResourceWithConnectionString.ConnectionStringExpression => ReferenceExpression.Create($"Host=h;Database={Name}");
    }
}
