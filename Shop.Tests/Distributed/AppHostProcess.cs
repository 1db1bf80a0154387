using System.Diagnostics;
using System.Net;

namespace Shop.Tests.Distributed;

/// <summary>
/// The AppHost as a user starts it: a process of its own, with data and ports of its own. Whatever it starts inherits
/// its data directory in the environment, so what it leaves behind can be found.
/// </summary>
internal sealed class AppHostProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _data;
    private readonly int[] _ports;

    private AppHostProcess(Process process, string data, params int[] ports) => (_process, _data, _ports) = (process, data, ports);

    public int ExitCode => _process.ExitCode;

    /// <param name="data">Its data directory.</param>
    /// <param name="port">Port of the gateway.</param>
    /// <param name="dashboardPort">Port of the dashboard.</param>
    /// <param name="servers">local or containers; null: as the environment of the tests says.</param>
    public static AppHostProcess Start(string data, int port, int dashboardPort, string? servers = null)
    {
        // bin/<configuration>/<framework> of this project and of the AppHost's are built together.
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var project = Path.Combine(output.Parent!.Parent!.Parent!.Parent!.FullName, "Shop.AppHost");
        var dll = Path.Combine(project, "bin", output.Parent!.Name, output.Name, "Shop.AppHost.dll");
        var start = new ProcessStartInfo("dotnet", [dll, "--Shop:Replicas=1"])
        {
            WorkingDirectory = project,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["SHOP_DATA"] = data,
                ["SHOP_PORT"] = $"{port}",
                ["ASPNETCORE_URLS"] = $"http://localhost:{dashboardPort}",
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
            },
        };
        if (servers is not null)
            start.Environment["SHOP_SERVERS"] = servers;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new AppHostProcess(process, data, port, dashboardPort);
    }

    /// <summary>A customer's or visitor's view of it.</summary>
    public ShopApi Visitor() => new(new Uri($"http://localhost:{_ports[0]}"));

    /// <summary>Waits until it sells.</summary>
    public async Task HealthyAsync()
    {
        using var visitor = Visitor();
        await Eventually.TrueAsync(
            async () => await AnswersAsync(visitor, "/api/products?limit=1") && await AnswersAsync(visitor, "/health"), TimeSpan.FromMinutes(2));
    }

    public void Kill() => _process.Kill();

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public Task WaitForExitAsync(TimeSpan patience) => _process.WaitForExitAsync().WaitAsync(patience);

    /// <summary>Command lines of the processes that carry this AppHost's data directory in their environment.</summary>
    public string[] Left()
    {
        var left = new List<string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[^1])))
        {
            try
            {
                if (File.ReadAllText(directory + "/environ").Split('\0').Contains("SHOP_DATA=" + _data))
                    left.Add(File.ReadAllText(directory + "/cmdline").Replace('\0', ' '));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Ended while it was looked at, or somebody else's.
            }
        }
        return [.. left];
    }

    /// <summary>Waits until none of its processes and ports are left.</summary>
    public async Task NothingLeftAsync(TimeSpan within)
    {
        await Eventually.BecomesAsync("no process is left", () => Task.FromResult(string.Join("; ", Left())), left => left.Length == 0, within);
        Assert.All(_ports, port => Assert.False(FreePorts.IsTaken(port), $"port {port} is still taken"));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(ShopApi visitor, string path) =>
        (await visitor.TrySendAsync(HttpMethod.Get, path)).Status == HttpStatusCode.OK;
}
