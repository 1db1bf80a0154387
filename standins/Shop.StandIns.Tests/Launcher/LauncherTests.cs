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
    public async Task A_standby_of_a_container_is_refused_in_one_line_with_the_way_out()
    {
        var (code, _, error) = await RunAsync(["run", "--fresh", "--standby"], new() { ["SHOP_SERVERS"] = "containers" });

        Assert.Equal(2, code);
        Assert.Contains("unset it, or set it to local", Assert.Single(Lines(error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_port_is_refused()
    {
        var (code, _, error) = await RunAsync(["run"], new() { ["SHOP_PORT"] = "http" });

        Assert.Equal(2, code);
        Assert.Contains("SHOP_PORT=http is not a port", Assert.Single(Lines(error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_services_on_one_port_are_refused()
    {
        var (code, _, error) = await RunAsync(["run"], new() { ["SHOP_PORT"] = "2", ["SHOP_DASHBOARD_PORT"] = "2" });

        Assert.Equal(2, code);
        Assert.Contains("are both 2", Assert.Single(Lines(error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_for_the_password_of_sudo_one_line_tells_what_to_do()
    {
        using var programs = new Programs();
        programs.Add("apt-get", "exit 0");
        programs.Add("sudo", "exit 1");

        var (code, _, error) = await InstallAsync(programs, $"{AsNobody} bash -c '{Install("install_packages some-package")}'");

        Assert.NotEqual(0, code);
        var line = Assert.Single(Lines(error));
        Assert.StartsWith("shop: root must install some-package: ", line, StringComparison.Ordinal);
        Assert.Contains("in a terminal or as root", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_sudo_asks_for_its_password_before_anything_is_hidden()
    {
        using var programs = new Programs();
        programs.Add("apt-get", "echo apt-get has run; exit 3");
        programs.Add("sudo", """
            case $1 in -n) exit 1 ;; -v) [ -t 0 ] && [ -t 1 ] && echo password please ;; *) exec "$@" ;; esac
            """);

        var (_, output, _) = await InstallAsync(
            programs, $"{AsNobody} script -qec \"bash -c '{Install("install_packages some-package")}'\" /dev/null");

        Assert.Equal(
            [
                "password please", "==> Reading the package lists, to install: some-package", "apt-get has run",
                "shop: apt-get update failed: see above",
            ],
            Lines(output.Replace("\r", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_browser_that_does_not_start_is_passed_over()
    {
        using var programs = new Programs();
        programs.Add("chromium", "exit 1");
        programs.Add("chromium-browser", "exit 0");

        var (_, output, _) = await InstallAsync(programs, Install("browser"));

        Assert.EndsWith("/chromium-browser", Assert.Single(Lines(output)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dcp/dcp", false)]
    [InlineData("managed/aspire-managed", false)]
    [InlineData("dcp/dcp managed/aspire-managed", true)]
    public async Task Half_of_the_Aspire_tools_does_not_count(string files, bool enough)
    {
        using var home = new Programs();
        foreach (var file in files.Split(' ')) home.Add($"versions/13.5.4_x/{file}", "");

        var (code, _, error) = await InstallAsync(home, Install("has_aspire"));

        Assert.Empty(error);
        Assert.Equal(enough, code == 0);
    }

    [Fact]
    public async Task The_reason_why_dotnet_does_not_start_is_told()
    {
        using var programs = new Programs();
        programs.Add("dotnet", """
            [ "$1" != --list-sdks ] || { echo '10.0.100 [/usr/lib/dotnet/sdk]'; exit 0; }
            printf 'Process terminated. No valid ICU package.\n   at System.Environment.FailFast(System.String)\n' >&2; exit 134
            """);

        var (code, _, error) = await InstallAsync(programs, Install("require_dotnet"));

        Assert.Equal(1, code);
        Assert.Equal("shop: dotnet does not start here: Process terminated. No valid ICU package.", Assert.Single(Lines(error)));
    }

    /// <summary>Prefix of a command that a root who runs the tests gives up being root for.</summary>
    private static string AsNobody => Environment.IsPrivilegedProcess ? "setpriv --reuid=nobody --regid=nogroup --clear-groups" : "";

    private static string Install(string command) =>
        $"set -euo pipefail; SHOP_ROOT={Root()}; . {Root()}/eng/common.sh; . {Root()}/eng/install.sh; {command}";

    private static Task<(int Code, string Output, string Error)> InstallAsync(Programs programs, string script) => RunAsync(
        "bash", ["-c", script],
        new() { ["PATH"] = $"{programs.Directory}:{Environment.GetEnvironmentVariable("PATH")}", ["ASPIRE_HOME"] = programs.Directory });

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(arguments, []);

    private static Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, Dictionary<string, string> environment) =>
        RunAsync(Path.Combine(Root(), "shop"), arguments, environment);

    private static async Task<(int Code, string Output, string Error)> RunAsync(
        string program, string[] arguments, Dictionary<string, string> environment)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var start = new ProcessStartInfo(program, arguments)
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
