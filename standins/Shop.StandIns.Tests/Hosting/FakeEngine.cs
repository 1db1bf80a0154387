using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Logging;
using Shop.StandIns.Tests.Launcher;
using Shop.StandIns.Tests.Support;

namespace Shop.StandIns.Tests.Hosting;

/// <summary>A DCP that names a container engine which is a shell script: it writes down how it was called.</summary>
internal sealed class FakeEngine : IDisposable
{
    private readonly Programs _programs = new();
    private readonly SessionFolder _session = new();
    private readonly LogLines _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly List<DataDirectories> _data = [];

    /// <param name="script">What the engine does with its arguments; null: none answers.</param>
    internal FakeEngine(string? script)
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        var answers = script is null ? "false" : "true";
        _programs.Add("engine", $"echo \"$*\" >>{Path.Combine(_programs.Directory, "calls")}\n{script}");
        _programs.Add("dcp", $$$"""
            echo '{"containers":{"runtime":"{{{Path.Combine(_programs.Directory, "engine")}}}","installed":true,"running":{{{answers}}}}}'
            """);
    }

    internal IReadOnlyList<string> Lines => _log.Lines;

    internal IReadOnlyList<string> Calls => File.ReadAllLines(Path.Combine(_programs.Directory, "calls"));

    internal string Data => Path.Combine(_programs.Directory, "data");

    /// <summary>Decides for a graph of one Redis with a volume named v.</summary>
    internal Task<bool> DecideAsync(params string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = [$"--SHOP_DATA={Data}", $"--DcpPublisher:CliPath={Path.Combine(_programs.Directory, "dcp")}", "--SHOP_SERVERS=auto", .. args],
            DisableDashboard = true,
        });
        builder.AddRedis("cache").WithDataVolume("v");
        var data = new DataDirectories(builder, _session, TimeProvider.System);
        _data.Add(data);
        var volumes = new ContainerVolumes(builder, data, TimeProvider.System) { Patience = TimeSpan.FromSeconds(0.3) };
        return new ServerMode(builder, volumes, _loggers.CreateLogger<ServerMode>(), TimeProvider.System).UseContainersAsync(TestApplication.Limit());
    }

    public void Dispose()
    {
        foreach (var data in _data) data.Dispose();
        _loggers.Dispose();
        _session.Dispose();
        _programs.Dispose();
    }
}
