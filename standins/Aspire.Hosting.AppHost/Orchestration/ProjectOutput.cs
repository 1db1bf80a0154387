using System.Reflection;
using System.Xml.Linq;

namespace Aspire.Hosting.Orchestration;

/// <summary>Finds what the build made of a project, in the configuration in which the AppHost itself was built.</summary>
internal static class ProjectOutput
{
    internal static string Dll(string projectPath, Assembly? appHost)
    {
        var configuration = appHost?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
        var assembly = AssemblyNameOf(projectPath);
        var folder = new DirectoryInfo(Path.Combine(Path.GetDirectoryName(projectPath)!, "bin", configuration));
        var newest = (folder.Exists ? folder.GetDirectories() : [])
            .Select(framework => new FileInfo(Path.Combine(framework.FullName, assembly + ".dll")))
            .Where(f => f.Exists).OrderByDescending(f => f.LastWriteTimeUtc).FirstOrDefault();
        return newest?.FullName ?? throw new DistributedApplicationException(
            $"{assembly}.dll is not in {folder.FullName}: build the solution first (dotnet build -c {configuration}).");
    }

    private static string AssemblyNameOf(string projectPath)
    {
        if (!File.Exists(projectPath)) throw new DistributedApplicationException($"There is no project {projectPath}.");
        return XDocument.Load(projectPath).Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(projectPath);
    }
}
