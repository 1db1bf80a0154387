using System.Diagnostics;
using System.Net;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>One replica of a service as a process of its own.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServiceProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts a service of the solution, as it was built with this project.</summary>
    /// <param name="name">Of its project.</param>
    public static ServiceProcess Start(string name, int port, IReadOnlyDictionary<string, string> settings, params string[] switches)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var project = Path.Combine(output.Parent!.Parent!.Parent!.Parent!.FullName, name);
        var address = new Uri($"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("dotnet", [
            Path.Combine(project, "bin", output.Parent.Name, output.Name, name + ".dll"), $"--urls={address}",
            "--Logging:LogLevel:Default=Warning", .. settings.Select(setting => $"--{setting.Key}={setting.Value}"),
            .. switches])
        {
            WorkingDirectory = project, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ServiceProcess(process, address);
    }

    /// <summary>Its databases are migrated and seeded.</summary>
    public async Task ReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(_process.HasExited, $"{Address} has ended");
                using var answer = await client.GetAsync("/health");
                return answer.StatusCode == HttpStatusCode.OK;
            },
            TimeSpan.FromSeconds(90));
    }

    /// <summary>Stops it where it is: it keeps its connections and transactions, and does not notice how time passes. Returns when it stands.</summary>
    public Task PauseAsync()
    {
        Signals.Stop(_process.Id);
        return Eventually.TrueAsync(() => File.ReadLines($"/proc/{_process.Id}/status").Any(line => line.StartsWith("State:\tT", StringComparison.Ordinal)));
    }

    /// <summary>As by a fall of its machine.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Resume() => Signals.Continue(_process.Id);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
