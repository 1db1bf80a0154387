using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Shop.ServiceDefaults.Internal;

/// <summary>Who this service is (<c>Internal:Name</c>, <c>Internal:Key</c>) and whose keys it accepts (<c>Internal:Callers:&lt;name&gt;</c>).</summary>
internal sealed class CallerKeys(IConfiguration configuration)
{
    public const string NameHeader = "X-Service-Name";
    public const string KeyHeader = "X-Service-Key";
    private readonly IConfigurationSection _section = configuration.GetSection("Internal");

    public string? Name => _section["Name"];

    public string? Key => _section["Key"];

    /// <summary>Compares in constant time; an empty key is never accepted.</summary>
    public bool Accepts(string name, string key) =>
        _section.GetSection("Callers")[name] is { Length: > 0 } expected
        && CryptographicOperations.FixedTimeEquals(Digest(expected), Digest(key));

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
