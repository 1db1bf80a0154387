using System.Globalization;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Administration;

/// <summary>The administrator who makes a request, and the versions that it may change: those of <c>If-Match</c>.</summary>
/// <param name="Id">Customer id of the token.</param>
/// <param name="Versions">Null when any version may be changed.</param>
public sealed record Editor(Guid Id, IReadOnlyList<int>? Versions = null)
{
    /// <summary>Entity tag of a version.</summary>
    public static string Tag(int version) => FormattableString.Invariant($"\"v{version}\"");

    /// <summary>For parameters of handlers, behind the admin policy.</summary>
    public static ValueTask<Editor?> BindAsync(HttpContext http) =>
        ValueTask.FromResult<Editor?>(new Editor(http.User.CustomerId(), Parse(http.Request.Headers.IfMatch)));

    /// <exception cref="ProblemException">412 version_mismatch: somebody else has changed it.</exception>
    public void Check(int version)
    {
        if (Versions is null || Versions.Contains(version)) return;
        var problem = new ProblemException(
            StatusCodes.Status412PreconditionFailed, "version_mismatch", "It has been changed since it was read; read it again.");
        problem.Extensions["version"] = version;
        throw problem;
    }

    // A tag that is not one of ours, or weak, matches nothing.
    private static List<int>? Parse(IList<string?> header)
    {
        if (header.Count == 0 || header is ["*"]) return null;
        if (!EntityTagHeaderValue.TryParseStrictList([.. header.OfType<string>()], out var tags))
            throw Problem.Malformed("If-Match must hold entity tags, as \"v7\".", "If-Match");
        return [.. tags.Where(tag => !tag.IsWeak).Select(tag => VersionOf(tag.Tag.Value!)).OfType<int>()];
    }

    private static int? VersionOf(string tag) =>
        tag.StartsWith("\"v", StringComparison.Ordinal)
        && int.TryParse(tag.AsSpan(2, tag.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : null;
}
