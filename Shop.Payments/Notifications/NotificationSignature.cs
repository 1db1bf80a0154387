using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Shop.Payments.Provider;

namespace Shop.Payments.Notifications;

/// <summary>
/// The signature of the sandbox provider: HMAC-SHA256 (RFC 2104) over <c>{unix seconds}.{raw body}</c>, one
/// <c>v1=&lt;hex&gt;</c> per key, separated by commas.
/// </summary>
internal sealed class NotificationSignature(IOptions<ProviderOptions> options, TimeProvider time)
{
    public const string TimestampHeader = "Sandbox-Timestamp";
    public const string SignatureHeader = "Sandbox-Signature";

    /// <summary>How far the sender's clock may be from ours.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    /// <summary>Signs with every configured key.</summary>
    public (string Timestamp, string Signature) Sign(ReadOnlySpan<byte> body)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signatures = new List<string>();
        foreach (var key in Keys)
            signatures.Add("v1=" + Convert.ToHexStringLower(Compute(key, timestamp, body)));
        return (timestamp, string.Join(',', signatures));
    }

    /// <summary>Whether one of our keys made one of the signatures over this body, not too long ago.</summary>
    public bool Verify(string? timestamp, string? signature, ReadOnlySpan<byte> body)
    {
        if (signature is null || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return false;
        if (Math.Abs(time.GetUtcNow().ToUnixTimeSeconds() - seconds) > (long)Tolerance.TotalSeconds)
            return false;
        foreach (var candidate in signature.Split(',', StringSplitOptions.TrimEntries))
            if (candidate.StartsWith("v1=", StringComparison.Ordinal) && Matches(candidate[3..], timestamp, body))
                return true;
        return false;
    }

    private bool Matches(string hex, string timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> given = stackalloc byte[32];
        if (hex.Length != 64 || Convert.FromHexString(hex, given, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        foreach (var key in Keys)
            if (CryptographicOperations.FixedTimeEquals(given, Compute(key, timestamp, body)))
                return true;
        return false;
    }

    private IEnumerable<string> Keys => options.Value.SigningKeys.Where(key => key.Length > 0);

    private static byte[] Compute(string key, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key));
        hmac.AppendData(Encoding.UTF8.GetBytes(timestamp + "."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }
}
