using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Shop.StandIns.Tests.Launcher;

public sealed class LauncherTests
{
    [Fact]
    public async Task Alone_it_prints_its_commands()
    {
        var (code, output, _) = await RunAsync();

        Assert.Equal(0, code);
        foreach (var command in new[] { "run [--fresh]", "test [NAME]", "setup", "publish [FILE]" })
            Assert.Contains($"./shop {command}", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sell")]
    [InlineData("run", "--fast")]
    [InlineData("setup", "now")]
    [InlineData("test", "A", "B")]
    public async Task An_unknown_word_is_told_in_one_line(params string[] words)
    {
        var (code, _, error) = await RunAsync(words);

        Assert.Equal(2, code);
        Assert.Contains($"'{words[^1]}'", Assert.Single(Lines(error)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SHOP_PORT")]
    [InlineData("SHOP_DASHBOARD_PORT")]
    public async Task A_port_in_use_is_told_in_one_line_with_the_way_out(string variable)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (code, _, error) = await RunAsync(["run"], new() { ["SHOP_PORT"] = "1", ["SHOP_DASHBOARD_PORT"] = "2", [variable] = $"{port}" });

        Assert.NotEqual(0, code);
        var line = Assert.Single(Lines(error));
        Assert.Contains($"port {port} is in use", line, StringComparison.Ordinal);
        Assert.Contains($"{variable}={port + 1}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_port_is_refused()
    {
        var (code, _, error) = await RunAsync(["run"], new() { ["SHOP_PORT"] = "http" });

        Assert.Equal(2, code);
        Assert.Contains("SHOP_PORT=http is not a port", Assert.Single(Lines(error)), StringComparison.Ordinal);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(arguments, []);

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, Dictionary<string, string> environment)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var start = new ProcessStartInfo(Path.Combine(Root(), "shop"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await output, await error);
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));
}
