using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>Where the dashboard's program is on this machine.</summary>
internal static class DashboardProgram
{
    private const string FileName = "aspire-managed";

    /// <summary>
    /// Configured (<c>DcpPublisher:DashboardPath</c> or <c>ASPIRE_DASHBOARD_PATH</c>, a file or its folder), else the newest
    /// version below <c>ASPIRE_HOME</c>, which is <c>~/.cache/shop/aspire</c> by default.
    /// </summary>
    /// <exception cref="DistributedApplicationException">It is not there.</exception>
    public static string Find(IConfiguration configuration)
    {
        if ((configuration["DcpPublisher:DashboardPath"] ?? configuration["ASPIRE_DASHBOARD_PATH"]) is { Length: > 0 } configured)
        {
            var path = Directory.Exists(configured) ? Path.Combine(configured, FileName) : configured;
            return File.Exists(path) ? path : throw Missing(configured);
        }

        var home = configuration["ASPIRE_HOME"] ?? Path.Combine(Cache(configuration), "shop", "aspire");
        var versions = new DirectoryInfo(Path.Combine(home, "versions"));
        return (versions.Exists ? versions.EnumerateDirectories() : [])
            .OrderByDescending(version => version.LastWriteTimeUtc)
            .Select(version => Path.Combine(version.FullName, "managed", FileName))
            .FirstOrDefault(File.Exists) ?? throw Missing(versions.FullName);
    }

    private static string Cache(IConfiguration configuration) =>
        configuration["XDG_CACHE_HOME"] ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static DistributedApplicationException Missing(string where) =>
        new($"The Aspire dashboard is not in {where}; ./shop setup brings it.");
}
