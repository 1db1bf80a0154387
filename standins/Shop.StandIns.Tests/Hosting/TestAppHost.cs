using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Shop.StandIns.Tests.Hosting;

/// <summary>
/// The entry point of this assembly, run as a process of its own: a small AppHost, or with --serve the service that it starts. The test
/// platform does not call it.
/// </summary>
internal static class TestAppHost
{
    private static string Self => typeof(TestAppHost).Assembly.Location;

    /// <summary>Starts an AppHost with two processes whose command lines have the marker.</summary>
    internal static Process Start(string marker, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Self, $"--Marker={marker}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static int Main(string[] args)
    {
        if (args is ["--serve", var port]) return Serve(int.Parse(port, CultureInfo.InvariantCulture));
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
        var marker = builder.Configuration["Marker"] ?? "60";
        var first = builder.AddExecutable("first", "sleep", "/tmp", marker);
        builder.AddExecutable("second", "sleep", "/tmp", marker).WaitFor(first);
        if (builder.Configuration["Port"] is { } fixedPort)
            builder.AddExecutable("service", "dotnet", "/tmp", Self, "--serve")
                .WithHttpEndpoint(int.Parse(fixedPort, CultureInfo.InvariantCulture)).WithArgs(c => c.Args.Add(
                    new EndpointReference((IResourceWithEndpoints)c.Resource, "http")
                        .Property(EndpointProperty.Port)))
                .WithHttpHealthCheck("/health");
        builder.Build().Run();
        return Environment.ExitCode;
    }

    /// <summary>Answers 503 three times on /health, then 200.</summary>
    private static int Serve(int port)
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        var asked = 0;
        app.MapGet("/health", () => Microsoft.AspNetCore.Http.Results.StatusCode(Interlocked.Increment(ref asked) > 3 ? 200 : 503));
        app.MapGet("/asked", () => asked);
        app.Run($"http://localhost:{port}");
        return 0;
    }
}
