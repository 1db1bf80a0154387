using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.StandIns.Tests.Hosting;

public sealed class RunningProcesses
{
    [Fact]
    public async Task Two_executables_run_and_are_gone_after_the_end()
    {
        var marker = TestApplication.Marker();
        var builder = TestApplication.CreateBuilder();
        builder.AddExecutable("one", "sleep", "/tmp", marker);
        builder.AddExecutable("two", "sleep", "/tmp", marker);
        await using (var app = builder.Build())
        {
            await app.StartAsync(TestApplication.Limit());
            await app.ResourceNotifications.WaitForResourceHealthyAsync("one", TestApplication.Limit());
            await app.ResourceNotifications.WaitForResourceHealthyAsync("two", TestApplication.Limit());
            Assert.Equal(2, TestApplication.ProcessesNamed("sleep", marker).Count);
        }

        Assert.Empty(TestApplication.ProcessesNamed("sleep", marker));
    }

    [Fact]
    public async Task A_resource_starts_after_what_it_waits_for_has_ended_well()
    {
        var file = Path.GetTempFileName();
        var builder = TestApplication.CreateBuilder();
        var first = builder.AddExecutable("first", "sh", "/tmp", "-c", $"echo first >> {file}");
        var second = builder.AddExecutable("second", "sh", "/tmp", "-c", $"echo second >> {file}").WaitForCompletion(first);
        builder.AddExecutable("third", "sh", "/tmp", "-c", $"echo third >> {file}").WaitForCompletion(second);
        await using var app = builder.Build();
        await app.StartAsync(TestApplication.Limit());
        await app.ResourceNotifications.WaitForResourceAsync("third", KnownResourceStates.Finished, TestApplication.Limit());
        Assert.Equal(["first", "second", "third"], await File.ReadAllLinesAsync(file));
    }

    [Fact]
    public async Task A_resource_whose_dependency_failed_fails_too()
    {
        var builder = TestApplication.CreateBuilder();
        var first = builder.AddExecutable("first", "sh", "/tmp", "-c", "exit 3");
        builder.AddExecutable("second", "sleep", "/tmp", "60").WaitForCompletion(first);
        await using var app = builder.Build();
        await app.StartAsync(TestApplication.Limit());
        var failed = await app.ResourceNotifications.WaitForResourceAsync(
            "second", e => e.Snapshot.State?.Text == KnownResourceStates.FailedToStart, TestApplication.Limit());
        var console = app.Services.GetLogs(failed.ResourceId);
        Assert.Contains("'first'", console, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_stop_start_and_restart_a_resource()
    {
        var marker = TestApplication.Marker();
        var builder = TestApplication.CreateBuilder();
        builder.AddExecutable("one", "sleep", "/tmp", marker);
        await using var app = builder.Build();
        await app.StartAsync(TestApplication.Limit());
        await app.ResourceNotifications.WaitForResourceHealthyAsync("one", TestApplication.Limit());

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("one", KnownResourceCommands.StopCommand, TestApplication.Limit())).Success);
        Assert.Empty(TestApplication.ProcessesNamed("sleep", marker));

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("one", KnownResourceCommands.StartCommand, TestApplication.Limit())).Success);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("one", TestApplication.Limit());
        var before = Assert.Single(TestApplication.ProcessesNamed("sleep", marker));

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("one", KnownResourceCommands.RestartCommand, TestApplication.Limit())).Success);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("one", TestApplication.Limit());
        Assert.NotEqual(before, Assert.Single(TestApplication.ProcessesNamed("sleep", marker)));
    }

    [Fact]
    public async Task What_a_process_writes_can_be_read()
    {
        var builder = TestApplication.CreateBuilder();
        builder.AddExecutable("one", "sh", "/tmp", "-c", "echo out-line; echo err-line >&2; sleep 30");
        await using var app = builder.Build();
        await app.StartAsync(TestApplication.Limit());
        var running = await app.ResourceNotifications.WaitForResourceHealthyAsync("one", TestApplication.Limit());
        var lines = new List<LogLine>();
        await foreach (var batch in app.Services.Loggers().WatchAsync(running.ResourceId, TestApplication.Limit()))
        {
            lines.AddRange(batch);
            if (lines.Count >= 2) break;
        }

        Assert.Contains(lines, l => l.Content.EndsWith(" out-line", StringComparison.Ordinal) && !l.IsErrorMessage);
        Assert.Contains(lines, l => l.Content.EndsWith(" err-line", StringComparison.Ordinal) && l.IsErrorMessage);
    }

    [Fact]
    public async Task A_value_with_braces_reaches_the_process_as_it_is()
    {
        const string Value = "a{{ 1 }}c";
        var file = Path.GetTempFileName();
        var builder = TestApplication.CreateBuilder();
        builder.AddExecutable("one", "sh", "/tmp", "-c", $"printf '%s %s' \"$VALUE\" '{Value}' > {file}").WithEnvironment("VALUE", Value);
        await using var app = builder.Build();
        await app.StartAsync(TestApplication.Limit());
        await app.ResourceNotifications.WaitForResourceAsync("one", KnownResourceStates.Finished, TestApplication.Limit());
        Assert.Equal($"{Value} {Value}", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_waiting_resource_can_be_started_without_what_it_waits_for_or_given_up()
    {
        var marker = TestApplication.Marker();
        var builder = TestApplication.CreateBuilder();
        var never = builder.AddExecutable("never", "sleep", "/tmp", marker).WithExplicitStart();
        builder.AddExecutable("one", "sleep", "/tmp", marker).WaitFor(never);
        builder.AddExecutable("two", "sleep", "/tmp", marker).WaitFor(never);
        await using var app = builder.Build();
        await app.StartAsync(TestApplication.Limit());
        await app.ResourceNotifications.WaitForResourceAsync("one", KnownResourceStates.Waiting, TestApplication.Limit());
        await app.ResourceNotifications.WaitForResourceAsync("two", KnownResourceStates.Waiting, TestApplication.Limit());

        await app.ResourceCommands.ExecuteCommandAsync("one", KnownResourceCommands.StartCommand, TestApplication.Limit());
        await app.ResourceCommands.ExecuteCommandAsync("two", KnownResourceCommands.StopCommand, TestApplication.Limit());
        await app.ResourceNotifications.WaitForResourceHealthyAsync("one", TestApplication.Limit());
        await app.ResourceNotifications.WaitForResourceAsync("two", KnownResourceStates.NotStarted, TestApplication.Limit());
        Assert.Single(TestApplication.ProcessesNamed("sleep", marker));
    }
}
