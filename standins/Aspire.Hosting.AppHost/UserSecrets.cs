using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Aspire.Hosting;

/// <summary>The user secrets file of the AppHost: a flat JSON object that only its owner can read.</summary>
internal sealed class UserSecrets(string path)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    internal static UserSecrets? Of(IDistributedApplicationBuilder builder)
    {
        var assembly = builder.Options.AppHostAssembly ?? Assembly.GetEntryAssembly();
        return assembly is not null && AppHostConfiguration.UserSecretsIdOf(assembly) is { } id
            ? new(PathHelper.GetSecretsPathFromSecretsId(id)) : null;
    }

    /// <summary>
    /// The value of the key; when there is none, the new one, written. Under a lock, because two AppHosts that start at once must not
    /// disagree about the password of data they keep.
    /// </summary>
    internal string GetOrAdd(string key, Func<string> create)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var held = FileLock.Take(path + ".lock");
        var secrets = Read();
        if (Find(secrets, key) is { } existing) return existing;
        var value = create();
        secrets[key] = value;
        Write(secrets);
        return value;
    }

    private JsonObject Read() => File.Exists(path) && JsonNode.Parse(
        File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) is JsonObject o
        ? o : [];

    private static string? Find(JsonObject secrets, string key)
    {
        if (secrets.TryGetPropertyValue(key, out var flat) && flat is JsonValue) return flat.GetValue<string>();
        var parts = key.Split(':');
        return parts.Length == 2 && secrets[parts[0]] is JsonObject nested && nested[parts[1]] is JsonValue v ? v.GetValue<string>() : null;
    }

    private void Write(JsonObject secrets)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(temporary, options)) writer.Write(secrets.ToJsonString(s_indented));
        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>A lock between processes: a file that is held open. The kernel releases it when its holder dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    internal static IDisposable Take(string path)
    {
        var start = TimeProvider.System.GetTimestamp();
        var spinner = new SpinWait();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(start) < s_patience)
            {
                spinner.SpinOnce();
            }
        }
    }
}
