using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Shop.Web.Accounts;

/// <summary>
/// The ES256 key that signs access tokens. It is made once per database and read by every replica; the private half
/// stays in this process and its database, everybody else sees <see cref="KeySet"/>.
/// </summary>
public sealed class SigningKey(NpgsqlDataSource database) : IDisposable
{
    private const string Insert = """
        insert into signing_keys (kid, private_key) select $1, $2 where not exists (select from signing_keys)
        """;

    private const string Newest = "select kid, private_key from signing_keys order by created_at desc, kid limit 1";

    private readonly SemaphoreSlim loading = new(1);
    private volatile Loaded? loaded;

    /// <summary>What is needed to sign.</summary>
    public async ValueTask<SigningCredentials> CredentialsAsync(CancellationToken cancellationToken) =>
        (await LoadAsync(cancellationToken)).Credentials;

    /// <summary>The public half as a JSON Web Key Set (RFC 7517).</summary>
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

    public void Dispose()
    {
        loading.Dispose();
        loaded?.Key.Dispose();
    }

    private async ValueTask<Loaded> LoadAsync(CancellationToken cancellationToken)
    {
        if (loaded is { } ready) return ready;
        await loading.WaitAsync(cancellationToken);
        try
        {
            return loaded ??= await ReadAsync(cancellationToken);
        }
        finally
        {
            loading.Release();
        }
    }

    private async Task<Loaded> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Newest);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) throw new InvalidOperationException("webdb holds no signing key");
        var kid = reader.GetString(0);
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(reader.GetFieldValue<byte[]>(1), out _);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var published = new PublicKey("EC", "sig", "ES256", "P-256", kid, Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        var credentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = kid }, SecurityAlgorithms.EcdsaSha256);
        return new(key, credentials, new([published]));
    }

    private sealed record Loaded(ECDsa Key, SigningCredentials Credentials, KeySet Public);
}

/// <summary>A JSON Web Key Set.</summary>
public sealed record KeySet(IReadOnlyList<PublicKey> Keys);

/// <summary>The public half of an elliptic-curve key; <paramref name="X"/> and <paramref name="Y"/> are base64url.</summary>
public sealed record PublicKey(string Kty, string Use, string Alg, string Crv, string Kid, string X, string Y);
