using System.Text;
using Microsoft.Extensions.Options;
using Shop.Payments.Notifications;
using Shop.Payments.Provider;

namespace Shop.Tests.Unit.Payments;

public sealed class NotificationSignatureTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"eventId":"e1"}""");
    private readonly ManualTime _time = new();

    [Fact]
    public void What_one_key_signed_is_accepted() => Assert.True(Verify(Signature("k1"), Signature("k1").Sign(Body)));

    [Fact]
    public void Either_key_in_rotation_is_accepted()
    {
        Assert.True(Verify(Signature("new", "old"), Signature("old").Sign(Body)));
        Assert.True(Verify(Signature("new"), Signature("old", "new").Sign(Body)));
    }

    [Fact]
    public void One_changed_byte_is_refused()
    {
        var (timestamp, signature) = Signature("k1").Sign(Body);
        for (var i = 0; i < Body.Length; i++)
        {
            var changed = Body.ToArray();
            changed[i] ^= 1;
            Assert.False(Signature("k1").Verify(timestamp, signature, changed));
        }
    }

    [Fact]
    public void Another_key_is_refused() => Assert.False(Verify(Signature("k1"), Signature("k2").Sign(Body)));

    [Fact]
    public void No_key_accepts_nothing() => Assert.False(Verify(Signature(), Signature("").Sign(Body)));

    [Theory]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_time_stamp_counts_within_300_seconds(int secondsLater, bool accepted)
    {
        var signed = Signature("k1").Sign(Body);
        _time.Now += TimeSpan.FromSeconds(secondsLater);
        Assert.Equal(accepted, Verify(Signature("k1"), signed));
    }

    [Fact]
    public void A_new_time_stamp_on_an_old_signature_is_refused()
    {
        var (timestamp, signature) = Signature("k1").Sign(Body);
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.False(Verify(Signature("k1"), ((long.Parse(timestamp) + 1).ToString(), signature)));
    }

    [Theory]
    [InlineData(null, "v1=00")]
    [InlineData("", "v1=00")]
    [InlineData("soon", "v1=00")]
    [InlineData("1700000000", null)]
    [InlineData("1700000000", "v1=")]
    [InlineData("1700000000", "v1=zz")]
    [InlineData("1700000000", "v2=00")]
    [InlineData("99999999999999999999", "v1=00")]
    public void Malformed_headers_are_refused(string? timestamp, string? signature) =>
        Assert.False(Signature("k1").Verify(timestamp, signature, Body));

    private static bool Verify(NotificationSignature verifier, (string Timestamp, string Signature) signed) =>
        verifier.Verify(signed.Timestamp, signed.Signature, Body);

    private NotificationSignature Signature(params string[] keys) =>
        new(Options.Create(new ProviderOptions { SigningKeys = keys }), _time);

    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
