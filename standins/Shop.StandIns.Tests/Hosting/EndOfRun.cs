using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Shop.StandIns.Tests.Hosting;

/// <summary>An AppHost in a process of its own, and what is left when it ends.</summary>
public sealed class EndOfRun
{
    private const int Sigterm = 15;
    private const int Sigkill = 9;

    // How quickly is KillTests' business, on a machine that does nothing else.
    [Theory]
    [InlineData(Sigterm)]
    [InlineData(Sigkill)]
    public async Task Nothing_is_left_after_a_signal(int signal)
    {
        var marker = TestApplication.Marker();
        using var appHost = TestAppHost.Start(marker);
        await Until(() => TestApplication.ProcessesNamed("sleep", marker).Count == 2, 60);
        Assert.NotEmpty(Dcp(appHost.Id));

        using (Process.Start("kill", [$"-{signal}", $"{appHost.Id}"])) await appHost.WaitForExitAsync(TestApplication.Limit(60));
        await Until(() => TestApplication.ProcessesNamed("sleep", marker).Count == 0 && Dcp(appHost.Id).Count == 0, 60);
        if (signal == Sigterm) Assert.Equal(0, appHost.ExitCode);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_run_with_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var marker = TestApplication.Marker();
        using var appHost = TestAppHost.Start(marker, null, $"--Port={port}");
        var output = await appHost.StandardOutput.ReadToEndAsync(TestApplication.Limit(60));
        await appHost.WaitForExitAsync(TestApplication.Limit(60));
        Assert.Equal(1, appHost.ExitCode);
        Assert.Equal($"error: Port {port} of 'service' is in use: stop the program that listens there, or choose another port.", output.Trim());
        Assert.Empty(TestApplication.ProcessesNamed("sleep", marker));
    }

    [Fact]
    public async Task Missing_tools_end_the_run_with_one_line_that_says_how_to_get_them()
    {
        var nowhere = new Dictionary<string, string> { ["ASPIRE_HOME"] = "/nonexistent" };
        using var appHost = TestAppHost.Start(TestApplication.Marker(), nowhere);
        var output = await appHost.StandardOutput.ReadToEndAsync(TestApplication.Limit(60));
        await appHost.WaitForExitAsync(TestApplication.Limit(60));
        Assert.Equal(1, appHost.ExitCode);
        Assert.Equal("error: The Aspire tools are not in /nonexistent (dcp is missing): run ./shop setup", output.Trim());
    }

    private static IReadOnlyList<int> Dcp(int monitored) => TestApplication.ProcessesNamed("dcp", $"--monitor {monitored} ");

    private static async Task Until(Func<bool> condition, int seconds)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var limit = TestApplication.Limit(seconds);
        while (!condition()) await timer.WaitForNextTickAsync(limit);
    }
}
