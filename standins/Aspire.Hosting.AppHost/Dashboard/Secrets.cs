using System.Security.Cryptography;

namespace Aspire.Hosting.Dashboard;

/// <summary>Keys that live as long as one run.</summary>
internal static class Secrets
{
    /// <summary>128 bits in hexadecimal.</summary>
    public static string Key() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
