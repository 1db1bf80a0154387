using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>The first profile of Properties/launchSettings.json that runs the project itself.</summary>
internal sealed class LaunchProfile
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public string? CommandName { get; set; }

    public string? ApplicationUrl { get; set; }

    public Dictionary<string, string> EnvironmentVariables { get; set; } = [];

    /// <summary>Reads the profile of a project; null when there is none.</summary>
    internal static (string Name, LaunchProfile Profile)? Of(string projectDirectory)
    {
        var file = Path.Combine(projectDirectory, "Properties", "launchSettings.json");
        if (!File.Exists(file)) return null;
        var settings = JsonSerializer.Deserialize<Settings>(File.ReadAllText(file), s_json);
        foreach (var (name, profile) in settings?.Profiles ?? [])
            if (profile.CommandName == "Project") return (name, profile);
        return null;
    }

    /// <summary>Variables that are not set otherwise, and one endpoint per address, named by its scheme.</summary>
    internal static void ApplyTo(IResourceBuilder<ProjectResource> project, string projectPath)
    {
        if (Of(Path.GetDirectoryName(projectPath)!) is not var (name, profile)) return;
        project.WithEnvironment(context =>
        {
            // A profile describes a developer's machine: ASPNETCORE_ENVIRONMENT=Development must not be deployed.
            if (context.ExecutionContext.IsPublishMode) return;
            context.EnvironmentVariables.TryAdd("DOTNET_LAUNCH_PROFILE", name);
            foreach (var (key, value) in profile.EnvironmentVariables) context.EnvironmentVariables.TryAdd(key, value);
        });
        foreach (var url in (profile.ApplicationUrl ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var address = new Uri(url);
            var taken = project.Resource.Annotations.OfType<EndpointAnnotation>().Count(e => e.UriScheme == address.Scheme);
            project.WithEndpoint(address.Port, scheme: address.Scheme, name: taken == 0 ? null : $"{address.Scheme}{taken + 1}");
        }
    }

    private sealed class Settings
    {
        public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];
    }
}
