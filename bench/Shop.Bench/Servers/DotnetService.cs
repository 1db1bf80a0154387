using System.Net;
using Shop.Bench.Processes;

namespace Shop.Bench.Servers;

/// <summary>A .NET program of this solution, built for release, on a port of its own.</summary>
public sealed class DotnetService : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly OwnProcess _process;

    private DotnetService(OwnProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <param name="project">Path of its folder from the top of the tree.</param>
    /// <param name="readyPath">Answers 2xx as soon as the program is ready.</param>
    public static async Task<DotnetService> StartAsync(
        Spawner spawner, string project, string cpus, IReadOnlyDictionary<string, string> settings, string readyPath, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var (name, port) = (Path.GetFileName(project), Ports.Free());
        var folder = Path.Combine(Tree(), project, "bin", Configuration(), "net10.0");
        var process = await OwnProcess.StartAsync(spawner, new ProcessPlan(
            name, cpus, "dotnet", [Path.Combine(folder, name + ".dll"), $"--urls=http://127.0.0.1:{port}"])
        {
            Environment = settings.ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value),
            Directory = folder,
        });
        var service = new DotnetService(process, port);
        try
        {
            using var http = new HttpClient { BaseAddress = service.Address, Timeout = TimeSpan.FromSeconds(5) };
            await process.ReadyAsync(() => IsReadyAsync(http, readyPath, cancellationToken), Patience, time, cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<bool> IsReadyAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(path, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>This program lies in bench/Shop.Bench/bin/&lt;configuration&gt;/net10.0.</summary>
    private static string Tree() => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    private static string Configuration() => Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
}
