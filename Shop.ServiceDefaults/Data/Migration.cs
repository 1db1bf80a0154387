using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Shop.ServiceDefaults.Data;

/// <summary>One numbered schema change. <paramref name="Source"/> keeps the numbers of the service and of its defaults apart.</summary>
internal sealed partial record Migration(string Source, int Number, string Name, string Sql)
{
    /// <summary>SHA-256 over the text with Unix line ends, so that a checkout on Windows is the same migration.</summary>
    public string Checksum =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The embedded files of <paramref name="assembly"/> named <c>NNNN-name.sql</c>, in order.</summary>
    /// <exception cref="MigrationException">A number is used twice.</exception>
    public static IReadOnlyList<Migration> Load(Assembly assembly, string source)
    {
        Migration[] migrations = [.. assembly.GetManifestResourceNames()
            .Select(resource => (resource, match: FileName().Match(resource)))
            .Where(file => file.match.Success)
            .Select(file => new Migration(
                source, int.Parse(file.match.Groups[1].Value, CultureInfo.InvariantCulture), file.resource, Read(assembly, file.resource)))
            .OrderBy(migration => migration.Number)];
        foreach (var (first, second) in migrations.Zip(migrations.Skip(1)))
            if (first.Number == second.Number)
                throw new MigrationException($"{first.Name} and {second.Name} have the same number.");
        return migrations;
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^(\d{4})-.+\.sql$")]
    private static partial Regex FileName();
}

/// <summary>The migrations in the program and in the database contradict each other; only a person can mend it.</summary>
internal sealed class MigrationException(string message) : Exception(message);
