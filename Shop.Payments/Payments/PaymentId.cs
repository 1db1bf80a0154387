using System.Security.Cryptography;
using System.Text;

namespace Shop.Payments.Payments;

/// <summary>
/// Ids of payments: UUID version 8 (RFC 9562, section 5.8) over SHA-256 of customer and key, so that a repeated request
/// is the same payment even after a crash and on another replica; random without a key.
/// </summary>
internal static class PaymentId
{
    public static Guid Create(Guid customerId, string? idempotencyKey)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (idempotencyKey is null)
            RandomNumberGenerator.Fill(bytes);
        else
            SHA256.HashData(Encoding.UTF8.GetBytes($"payment\n{customerId:D}\n{idempotencyKey}"), bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes[..16], bigEndian: true);
    }
}
