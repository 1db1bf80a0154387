using System.Buffers.Text;
using System.Security.Cryptography;

namespace Shop.Web.Checkouts;

/// <summary>The hidden field that makes a form that is sent twice have one effect.</summary>
public static class IdempotencyKey
{
    private const int Bytes = 16;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>True for what <see cref="New"/> makes.</summary>
    public static bool IsWellFormed(string? key) => key is not null && Base64Url.IsValid(key, out var length) && length == Bytes;
}
