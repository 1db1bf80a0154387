using Shop.Bench.Processes;

namespace Shop.Tests.Service.Bench;

public sealed class OwnProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_process_runs_on_its_cores_and_is_gone_when_disposed()
    {
        using var spawner = new Spawner();
        var process = await OwnProcess.StartAsync(spawner, Shell("echo here; exec sleep 1000"));
        await process.ReadyAsync(() => Task.FromResult(process.Tail() == "here"), Patience, TimeProvider.System, CancellationToken.None);
        var id = process.Id;
        var status = await File.ReadAllLinesAsync($"/proc/{id}/status");
        Assert.Equal("0", status.Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1]);

        await process.DisposeAsync();
        Assert.False(Directory.Exists($"/proc/{id}"));
        await process.DisposeAsync();
    }

    [Fact]
    public async Task A_process_that_ends_before_it_is_ready_says_why()
    {
        using var spawner = new Spawner();
        await using var process = await OwnProcess.StartAsync(spawner, Shell("echo no such cluster >&2; exit 3"));
        var failure = await Assert.ThrowsAsync<RunException>(
            () => process.ReadyAsync(() => Task.FromResult(false), Patience, TimeProvider.System, CancellationToken.None));
        Assert.Contains("ended with code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no such cluster", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kernel_ends_a_process_whose_starter_is_gone()
    {
        OwnProcess process;
        using (var spawner = new Spawner())
        {
            process = await OwnProcess.StartAsync(spawner, Shell("echo here; exec sleep 1000"));
            await process.ReadyAsync(() => Task.FromResult(process.Tail() == "here"), Patience, TimeProvider.System, CancellationToken.None);
        }

        await Eventually.TrueAsync(() => process.HasEnded);
        await process.DisposeAsync();
    }

    private static ProcessPlan Shell(string script) => new("script", "0", "sh", ["-c", script]);
}
