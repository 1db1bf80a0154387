using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults.Problems;

/// <summary>PostgreSQL stores no NUL character, so one in the input is the client's mistake: 400 here instead of 500 there.</summary>
internal static class NulCharacters
{
    /// <summary>Route values need no check: Kestrel refuses %00 in a path.</summary>
    public static Task RefuseInQueryAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true)
            foreach (var (name, values) in context.Request.Query)
                if (name.Contains('\0') || values.Any(v => v?.Contains('\0') == true))
                    throw Problem.Malformed("The query contains a NUL character.", name.Replace("\0", "", StringComparison.Ordinal));
        return next(context);
    }

    internal sealed class Converter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException("Text is expected.");
            return Checked(reader.GetString());
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

        public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Checked(reader.GetString())!;

        public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value);

        private static string? Checked(string? text) =>
            text?.Contains('\0') == true ? throw new JsonException("The text contains a NUL character.") : text;
    }
}
