using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dcp;

/// <summary>Where DCP and the dashboard are: the folder that <c>aspire setup</c> filled.</summary>
internal static class AspireBundle
{
    /// <summary>Path of the program dcp.</summary>
    internal static string Dcp(IConfiguration configuration) =>
        Find(configuration["DcpPublisher:CliPath"], configuration["ASPIRE_DCP_PATH"], "dcp", "dcp", configuration);

    /// <summary>Path of the program aspire-managed.</summary>
    internal static string Dashboard(IConfiguration configuration) =>
        Find(configuration["DcpPublisher:DashboardPath"], configuration["ASPIRE_DASHBOARD_PATH"], "managed", "aspire-managed", configuration);

    private static string Find(string? file, string? folder, string part, string program, IConfiguration configuration)
    {
        string?[] named = [file, folder is null ? null : Path.Combine(folder, program), folder];
        if (named.FirstOrDefault(File.Exists) is { } found) return found;

        var versions = new DirectoryInfo(Path.Combine(Home(configuration), "versions"));
        var newest = (versions.Exists ? versions.GetDirectories() : [])
            .Select(d => new FileInfo(Path.Combine(d.FullName, part, program)))
            .Where(f => f.Exists).OrderByDescending(f => f.LastWriteTimeUtc).FirstOrDefault();
        return newest?.FullName ?? throw new DistributedApplicationException(
            $"The Aspire tools are not in {Home(configuration)} ({program} is missing): run ./shop setup");
    }

    private static string Home(IConfiguration configuration) => configuration["ASPIRE_HOME"] ?? Path.Combine(
        configuration["XDG_CACHE_HOME"] ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "shop", "aspire");
}
