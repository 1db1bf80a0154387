using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Support;

/// <summary>What a service must be able to be asked (scenario T22).</summary>
internal static class HostileInput
{
    public static IReadOnlyList<string> Texts { get; } =
    [
        "", " ", "-1", "0", "1", "2147483647", "2147483648", "9223372036854775807", "99999999999999999999", "1e308", "NaN", "1.5", "true", "null",
        "a\0b", "\u202Egnirts\u202C", "\uFFFE", "😀👩‍👩‍👧", "水壶の검색", "'); drop table products; --", "<script>alert(1)</script>", "../../etc/passwd",
        "%00", "{0}", "\r\nX-Injected: 1", "' OR 1=1 --", "a & | ! b:*", new('x', 3000),
    ];

    public static IReadOnlyList<JsonNode?> Values { get; } =
    [
        null, JsonValue.Create(-1), JsonValue.Create(0), JsonValue.Create(long.MaxValue), JsonValue.Create(1e300), JsonValue.Create(0.001m), JsonValue.Create(true),
        new JsonArray(), new JsonObject(), new JsonArray(null, null), .. Texts.Select(text => (JsonNode?)JsonValue.Create(text)), JsonValue.Create(new string('水', 30_000)),
    ];

    /// <summary>Bodies that no schema describes.</summary>
    public static IEnumerable<byte[]> Bodies()
    {
        foreach (var text in (string[])["", "[]", "null", "\"x\"", "7", "{", "{\"a\":", "[1,2", new string('[', 1000) + new string(']', 1000)])
            yield return Encoding.UTF8.GetBytes(text);
        yield return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1000));
        yield return [0xFF, 0xFE, 0x7B, 0x7D];
        yield return [.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8];
    }
}
