using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Shop.ServiceDefaults.Problems;

namespace Shop.Web.Accounts;

/// <summary>
/// The ES256 keys that sign access tokens. The first is made once per database; each further row is a rotation, which every
/// replica reads within <see cref="Fresh"/>. The private halves stay in this process and its database, everybody else sees
/// <see cref="KeySet"/>.
/// </summary>
public sealed partial class SigningKey(NpgsqlDataSource database, TimeProvider time, ILogger<SigningKey> log) : IDisposable
{
    /// <summary>How long keys are used before the table is read again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private const string Insert = """
        insert into signing_keys (kid, private_key) select $1, $2 where not exists (select from signing_keys)
        """;

    // The first row signs: the newest that every replica has had the time to publish, or else the oldest, as long as all are new.
    private const string All = """
        select kid, private_key from signing_keys
        order by created_at > shop_now() - interval '2 minutes',
            case when created_at > shop_now() - interval '2 minutes' then created_at end, created_at desc, kid
        """;

    private readonly SemaphoreSlim loading = new(1);
    private volatile Loaded? loaded;

    /// <summary>What is needed to sign.</summary>
    public async ValueTask<SigningCredentials> CredentialsAsync(CancellationToken cancellationToken) =>
        (await LoadAsync(cancellationToken)).Credentials;

    /// <summary>All keys whose tokens are good.</summary>
    public async ValueTask<IReadOnlyList<SecurityKey>> AllAsync(CancellationToken cancellationToken) => (await LoadAsync(cancellationToken)).Keys;

    /// <summary>The public halves of all keys as a JSON Web Key Set (RFC 7517).</summary>
    public async ValueTask<KeySet> PublicAsync(CancellationToken cancellationToken) => (await LoadAsync(cancellationToken)).Public;

    /// <summary>Makes the key when there is none. Called under the migration lock, so one replica makes it.</summary>
    public static async Task CreateWhenMissingAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new() { Value = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)) });
        command.Parameters.Add(new() { Value = key.ExportPkcs8PrivateKey() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Keys are left to their finalizers: a request may still be signing with one that was just replaced.
    public void Dispose() => loading.Dispose();

    private async ValueTask<Loaded> LoadAsync(CancellationToken cancellationToken)
    {
        if (loaded is { } ready && IsFresh(ready)) return ready;
        await loading.WaitAsync(cancellationToken);
        try
        {
            return loaded is { } meanwhile && IsFresh(meanwhile) ? meanwhile : loaded = await ReadAsync(loaded, cancellationToken);
        }
        finally
        {
            loading.Release();
        }
    }

    private bool IsFresh(Loaded keys) => time.GetElapsedTime(keys.ReadAt) < Fresh;

    // While the database is away the keys that are known stay good.
    private async Task<Loaded> ReadAsync(Loaded? known, CancellationToken cancellationToken)
    {
        try
        {
            return Keep(known, await RowsAsync(cancellationToken));
        }
        catch (Exception exception) when (known is not null && DatabaseErrors.IsAway(exception))
        {
            LogStale(log, exception);
            return known with { ReadAt = time.GetTimestamp() };
        }
    }

    // Keys that are imported already are used on: what is cached for signing and checking hangs on the object.
    private Loaded Keep(Loaded? known, List<(string Kid, byte[] PrivateKey)> rows)
    {
        if (rows.Count == 0) throw new InvalidOperationException("webdb holds no signing key");
        var keys = rows.Select(row => known?.Keys.FirstOrDefault(key => key.KeyId == row.Kid) ?? Import(row.Kid, row.PrivateKey)).ToList();
        return new(time.GetTimestamp(), keys, new SigningCredentials(keys[0], SecurityAlgorithms.EcdsaSha256), new([.. keys.Select(Publish)]));
    }

    private async Task<List<(string Kid, byte[] PrivateKey)>> RowsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(All);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(string Kid, byte[] PrivateKey)>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add((reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
        return rows;
    }

    private static ECDsaSecurityKey Import(string kid, byte[] privateKey)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        return new ECDsaSecurityKey(key) { KeyId = kid };
    }

    private static PublicKey Publish(ECDsaSecurityKey key)
    {
        var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return new("EC", "sig", "ES256", "P-256", key.KeyId, Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
    }

    [LoggerMessage(2003, LogLevel.Warning, "The signing keys could not be read again; the known ones are used on")]
    private static partial void LogStale(ILogger log, Exception exception);

    private sealed record Loaded(long ReadAt, IReadOnlyList<ECDsaSecurityKey> Keys, SigningCredentials Credentials, KeySet Public);
}

/// <summary>A JSON Web Key Set.</summary>
public sealed record KeySet(IReadOnlyList<PublicKey> Keys);

/// <summary>The public half of an elliptic-curve key; <paramref name="X"/> and <paramref name="Y"/> are base64url.</summary>
public sealed record PublicKey(string Kty, string Use, string Alg, string Crv, string Kid, string X, string Y);
