using System.Buffers.Text;
using System.Security.Cryptography;
using Npgsql;

namespace Shop.Web.Accounts;

/// <summary>Rotating refresh tokens: each is good for one use, and a second use ends its session.</summary>
/// <remarks>A token is base64url of 16 bytes that name the session and 32 bytes of secret.</remarks>
public sealed partial class RefreshTokens(NpgsqlDataSource database, ILogger<RefreshTokens> log)
{
    private const int IdBytes = 16;
    private const int SecretBytes = 32;
    private const int TokenLength = 64;

    // Every login sweeps a few expired rows, so the table stays as large as the live sessions are.
    private const string Start = """
        with swept as (
            delete from refresh_sessions where id in (
                select id from refresh_sessions where expires_at < shop_now() order by expires_at limit 10 for update skip locked))
        insert into refresh_sessions (id, account_id, token_hash, expires_at) values ($1, $2, $3, shop_now() + interval '30 days')
        """;

    private const string Rotate = """
        update refresh_sessions set token_hash = $3, expires_at = shop_now() + interval '30 days'
        where id = $1 and token_hash = $2 and expires_at > shop_now()
        returning account_id
        """;

    private const string End = "delete from refresh_sessions where id = $1";

    /// <summary>Starts a session for a login and returns its first token.</summary>
    public async Task<string> StartAsync(Guid accountId, CancellationToken cancellationToken)
    {
        var token = NewToken(RandomNumberGenerator.GetBytes(IdBytes));
        await using var command = database.CreateCommand(Start);
        command.Parameters.Add(new() { Value = token[..IdBytes] });
        command.Parameters.Add(new() { Value = accountId });
        command.Parameters.Add(new() { Value = SHA256.HashData(token) });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Spends a token for its successor; null when it is unknown, expired or was spent before.</summary>
    public async Task<(Guid AccountId, string Token)?> RotateAsync(string text, CancellationToken cancellationToken)
    {
        if (Parse(text) is not { } token) return null;
        var successor = NewToken(token[..IdBytes]);
        await using var command = database.CreateCommand(Rotate);
        command.Parameters.Add(new() { Value = token[..IdBytes] });
        command.Parameters.Add(new() { Value = SHA256.HashData(token) });
        command.Parameters.Add(new() { Value = SHA256.HashData(successor) });
        if (await command.ExecuteScalarAsync(cancellationToken) is Guid accountId) return (accountId, Base64Url.EncodeToString(successor));
        await EndAsync(token[..IdBytes], cancellationToken);
        return null;
    }

    private static byte[]? Parse(string text)
    {
        if (text.Length != TokenLength || !Base64Url.IsValid(text)) return null;
        var token = Base64Url.DecodeFromChars(text);
        return token.Length == IdBytes + SecretBytes ? token : null;
    }

    private static byte[] NewToken(byte[] id) => [.. id, .. RandomNumberGenerator.GetBytes(SecretBytes)];

    private async Task EndAsync(byte[] id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(End);
        command.Parameters.Add(new() { Value = id });
        if (await command.ExecuteNonQueryAsync(cancellationToken) > 0) LogReuse(log);
    }

    [LoggerMessage(2001, LogLevel.Warning, "A refresh token came that is not the newest of its session; the session is ended")]
    private static partial void LogReuse(ILogger log);
}
