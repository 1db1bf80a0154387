using System.Security.Cryptography;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.StandIns.Tests.Hosting;

/// <summary>Small graphs on the real DCP, without dashboard.</summary>
internal static class TestApplication
{
    internal static IDistributedApplicationBuilder CreateBuilder(params string[] args) => DistributedApplication.CreateBuilder(
        new DistributedApplicationOptions { Args = args, DisableDashboard = true, Testing = true });

    /// <summary>A number of seconds to sleep that no other process has on its command line.</summary>
    internal static string Marker() => $"7{RandomNumberGenerator.GetInt32(10_000_000, 100_000_000)}";

    /// <summary>Only a failing test waits so long; the machine may be busy.</summary>
    internal static CancellationToken Limit(int seconds = 90) => new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token;

    internal static ResourceLoggerService Loggers(this IServiceProvider services) => services.GetRequiredService<ResourceLoggerService>();

    internal static string GetLogs(this IServiceProvider services, string resourceId) =>
        string.Join('\n', services.Loggers().GetAll(resourceId).Select(l => l.Content));

    /// <summary>The processes of the program whose command line has the text.</summary>
    internal static IReadOnlyList<int> ProcessesNamed(string program, string text) => [..
        from folder in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), out _)
        where Read(folder, "comm").Trim() == program && Read(folder, "cmdline").Contains(text, StringComparison.Ordinal)
        select int.Parse(Path.GetFileName(folder))];

    private static string Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file)).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
