using System.Reflection;

namespace Shop.StandIns.Tests.Api;

/// <summary>Where the solution lies and what it was built into.</summary>
internal static class Solution
{
    private static readonly DirectoryInfo s_root = FindRoot();

    /// <summary>The stand-in assemblies, each named as its folder and its package.</summary>
    public static IEnumerable<Assembly> StandIns() => new DirectoryInfo(Path.Combine(s_root.FullName, "standins")).EnumerateDirectories()
        .Where(folder => File.Exists(Path.Combine(folder.FullName, $"{folder.Name}.csproj")) && !folder.Name.EndsWith(".Tests", StringComparison.Ordinal))
        .Select(folder => Assembly.Load(folder.Name));

    /// <summary>The built assemblies of Shop, in the configuration of this test's own build.</summary>
    public static IReadOnlyList<string> ShopAssemblies()
    {
        // …/standins/Shop.StandIns.Tests/bin/Release/net10.0/
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var built = Path.Combine("bin", output.Parent!.Name, output.Name);
        var files = s_root.EnumerateDirectories("Shop.*")
            .Where(folder => File.Exists(Path.Combine(folder.FullName, $"{folder.Name}.csproj")))
            .Select(folder => Path.Combine(folder.FullName, built, $"{folder.Name}.dll")).ToArray();
        var missing = files.Where(file => !File.Exists(file)).ToArray();
        return missing.Length == 0 ? files
            : throw new FileNotFoundException($"Build Shop.sln first: {string.Join(", ", missing)} is missing.");
    }

    private static DirectoryInfo FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Shop.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Shop.sln is in no folder above the tests.");
        return folder;
    }
}
