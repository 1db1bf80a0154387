using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.UserSecrets;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Where the AppHost's configuration comes from, weakest first: appsettings, user secrets, environment, arguments.</summary>
internal static class AppHostConfiguration
{
    internal static void Prepare(
        HostApplicationBuilderSettings settings, DistributedApplicationOptions options, Assembly assembly, string directory)
    {
        settings.ContentRootPath ??= directory;
        settings.ApplicationName ??= assembly.GetName().Name;
        settings.EnvironmentName ??= Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
            ?? Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environments.Production;

        var configuration = settings.Configuration ??= new ConfigurationManager();
        configuration.SetBasePath(settings.ContentRootPath);
        configuration.AddJsonFile("appsettings.json", optional: true, reloadOnChange: false);
        configuration.AddJsonFile($"appsettings.{settings.EnvironmentName}.json", optional: true, reloadOnChange: false);
        if (!options.Testing && UserSecretsIdOf(assembly) is not null)
            configuration.AddUserSecrets(assembly, optional: true, reloadOnChange: false);
        configuration.AddEnvironmentVariables("DOTNET_");
        configuration.AddEnvironmentVariables();
        if (settings.Args is { Length: > 0 } args) configuration.AddCommandLine(args);
    }

    internal static bool IsPublish(IConfiguration configuration) => configuration["publisher"] is not null
        || string.Equals(configuration["operation"], "publish", StringComparison.OrdinalIgnoreCase);

    internal static string DirectoryOf(Assembly assembly) =>
        assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "AppHostProjectPath")?.Value
        ?? Directory.GetCurrentDirectory();

    internal static string? UserSecretsIdOf(Assembly assembly) => assembly.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId;

    /// <summary>
    /// The value of <c>Parameters:name</c>. An environment variable may write <c>_</c> for <c>-</c>; the strongest source that has either
    /// form wins, so a variable beats a generated value in user secrets.
    /// </summary>
    internal static string? Parameter(IConfiguration configuration, string name)
    {
        string[] keys = [$"Parameters:{name}", $"Parameters:{name.Replace('-', '_')}"];
        foreach (var provider in ((IConfigurationRoot)configuration).Providers.Reverse())
            foreach (var key in keys)
                if (provider.TryGet(key, out var value) && !string.IsNullOrEmpty(value)) return value;
        return null;
    }
}
