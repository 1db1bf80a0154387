using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// A name for one copy of the application: its AppHost's name and a hash of where its data lies, or, if that is not said, where the
/// AppHost lies. A deployment is the same one wherever it is started from, or its volumes would be lost; there the name itself is hashed.
/// </summary>
internal static class AppHostIdentity
{
    internal static string Of(IDistributedApplicationBuilder builder)
    {
        var name = string.Concat(builder.Environment.ApplicationName.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        var place = builder.Configuration["SHOP_DATA"] is { Length: > 0 } data ? Path.GetFullPath(data) : builder.AppHostDirectory;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(builder.ExecutionContext.IsPublishMode ? name : place));
        return $"{name}-{Convert.ToHexStringLower(hash.AsSpan(0, 5))}";
    }
}
