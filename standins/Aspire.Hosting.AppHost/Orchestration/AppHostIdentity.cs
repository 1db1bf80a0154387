using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Orchestration;

/// <summary>A name for one copy of the application: its AppHost's name and a hash of where it lies.</summary>
internal static class AppHostIdentity
{
    internal static string Of(IDistributedApplicationBuilder builder)
    {
        var name = string.Concat(builder.Environment.ApplicationName.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(builder.AppHostDirectory));
        return $"{name}-{Convert.ToHexStringLower(hash.AsSpan(0, 5))}";
    }
}
