using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Shop.ServiceDefaults.Internal;

/// <summary>Who this service is (<c>Internal:Name</c>, <c>Internal:Key</c>) and whose keys it accepts (<c>Internal:Callers:&lt;name&gt;</c>).</summary>
internal sealed class CallerKeys : IDisposable
{
    public const string NameHeader = "X-Service-Name";
    public const string KeyHeader = "X-Service-Key";
    private readonly IConfigurationSection _section;
    private readonly IDisposable _reloading;
    private volatile Dictionary<string, string> _accepted = [];

    public CallerKeys(IConfiguration configuration)
    {
        _section = configuration.GetSection("Internal");
        _reloading = ChangeToken.OnChange(configuration.GetReloadToken, Read);
        Read();
    }

    public string? Name => _section["Name"];

    public string? Key => _section["Key"];

    /// <summary>Takes as long for any key of the right length; the length is no secret. An empty key is never accepted.</summary>
    public bool Accepts(string name, string key) =>
        _accepted.TryGetValue(name, out var expected)
        && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes<char>(expected), MemoryMarshal.AsBytes<char>(key));

    public void Dispose() => _reloading.Dispose();

    private void Read() => _accepted = _section.GetSection("Callers").GetChildren()
        .Where(caller => caller.Value is { Length: > 0 })
        .ToDictionary(caller => caller.Key, caller => caller.Value!, StringComparer.OrdinalIgnoreCase);
}
