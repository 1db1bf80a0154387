using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shop.Web.Accounts;

namespace Shop.Tests.Service.Web;

/// <summary>Rotation: a second row in the table of signing keys.</summary>
[Collection(Servers.Collection)]
public sealed class SigningKeyTests(Servers servers) : IAsyncLifetime
{
    private const string Second = "second";
    private readonly string _database = servers.MissingDatabase("web");
    private Upstream _upstream = null!;
    private WebService _web = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        Storefront.Fill(_upstream);
        _web = await WebService.StartAsync(_database, [_upstream.Address]);
    }

    public async Task DisposeAsync()
    {
        await _web.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_new_key_is_published_within_a_minute_and_signs_when_everybody_knows_it()
    {
        var time = new Stopwatch();
        using var keys = new SigningKey(_web.Get<NpgsqlDataSource>(), time, NullLogger<SigningKey>.Instance);
        var first = Assert.Single((await keys.PublicAsync(default)).Keys).Kid;

        await AddKeyAsync();
        Assert.Single((await keys.PublicAsync(default)).Keys);
        time.Elapsed += SigningKey.Fresh;
        Assert.Equal([first, Second], (await keys.PublicAsync(default)).Keys.Select(key => key.Kid));
        Assert.Equal(first, (await keys.CredentialsAsync(default)).Key.KeyId);

        await AgeAsync();
        time.Elapsed += SigningKey.Fresh;
        Assert.Equal(Second, (await keys.CredentialsAsync(default)).Key.KeyId);
        Assert.Equal([first, Second], (await keys.PublicAsync(default)).Keys.Select(key => key.Kid).OrderBy(kid => kid == Second));
    }

    [Fact]
    public async Task Keys_that_are_known_stay_good_while_the_database_is_away()
    {
        var time = new Stopwatch();
        var address = new NpgsqlConnectionStringBuilder(_database) { Pooling = false };
        await using var database = NpgsqlDataSource.Create(address);
        using var keys = new SigningKey(database, time, NullLogger<SigningKey>.Instance);
        var before = await keys.CredentialsAsync(default);
        await RunAsync($"drop database {address.Database} with (force)", new NpgsqlConnectionStringBuilder(_database) { Database = "postgres" }.ConnectionString);
        time.Elapsed += SigningKey.Fresh;

        Assert.Equal(before.Key.KeyId, (await keys.CredentialsAsync(default)).Key.KeyId);
    }

    [Fact]
    public async Task After_a_rotation_tokens_of_the_old_key_stay_good()
    {
        using var client = _web.Browser();
        var token = (string)(await client.RegisterAndLogInAsync(Storefront.NewEmail()))["accessToken"]!;
        await AddKeyAsync();
        await AgeAsync();
        await using var replica = await WebService.StartAsync(_database, [_upstream.Address]);
        using var other = replica.Browser();

        var newer = (string)(await other.RegisterAndLogInAsync(Storefront.NewEmail()))["accessToken"]!;

        Assert.Equal(Second, (string?)JsonNode.Parse(Base64Url.DecodeFromChars(newer.Split('.')[0]))!["kid"]);
        Assert.Equal(2, (await other.GetFromJsonAsync<JsonObject>("/.well-known/jwks.json"))!["keys"]!.AsArray().Count);
        foreach (var good in (string[])[token, newer])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", good);
            Assert.Equal(HttpStatusCode.OK, (await other.SendAsync(request)).StatusCode);
        }
    }

    private async Task AddKeyAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RunAsync("insert into signing_keys (kid, private_key) values ($1, $2)", _database, Second, key.ExportPkcs8PrivateKey());
    }

    // Five minutes pass.
    private Task AgeAsync() => RunAsync("update signing_keys set created_at = created_at - interval '5 minutes'", _database);

    private static async Task RunAsync(string sql, string database, params object[] values)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Stopwatch : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}
