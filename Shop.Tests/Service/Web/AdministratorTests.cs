using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Shop.Tests.Service.Web;

/// <summary>What becomes of the administrator's account when Web starts again.</summary>
[Collection(Servers.Collection)]
public sealed class AdministratorTests(Servers servers) : IAsyncLifetime
{
    private const string Email = "admin@shop.local";
    private readonly string _database = servers.MissingDatabase("web");
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        Storefront.Fill(_upstream);
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData(WebService.AdministratorPassword)]
    public async Task Nobody_registers_the_administrators_address(string password)
    {
        await using var web = await StartAsync(password);
        using var client = web.Browser();

        var answer = await client.PostAsJsonAsync("/api/users/register", new { email = " Admin@SHOP.local", password = "correct horse" });

        await WebService.ProblemAsync(answer, HttpStatusCode.Conflict, "email_taken");
    }

    [Fact]
    public async Task A_new_password_ends_the_sessions_and_the_lockout_of_the_old_one()
    {
        JsonObject before;
        await using (var web = await StartAsync("the first password"))
        {
            using var client = web.Browser();
            before = await client.LogInAsync(Email, "the first password");
            for (var i = 0; i < 5; i++) await client.PostAsJsonAsync("/api/users/login", new { email = Email, password = "wrong" });
        }

        await using var later = await StartAsync("the second password");
        using var other = later.Browser();

        await WebService.ProblemAsync(await RefreshAsync(other, before), HttpStatusCode.Unauthorized, "invalid_refresh_token");
        await other.LogInAsync(Email, "the second password");
    }

    [Fact]
    public async Task A_start_with_the_same_password_logs_nobody_out()
    {
        JsonObject before;
        await using (var web = await StartAsync("the first password"))
        {
            using var client = web.Browser();
            before = await client.LogInAsync(Email, "the first password");
        }

        var stamp = await StampAsync();
        await using var later = await StartAsync("the first password");
        using var other = later.Browser();

        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(other, before)).StatusCode);
        Assert.Equal(stamp, await StampAsync());
    }

    [Fact]
    public async Task Who_held_the_address_before_is_logged_out_when_it_becomes_the_administrators()
    {
        JsonObject before;
        await using (var web = await StartAsync(""))
        {
            using var client = web.Browser();
            before = await client.RegisterAndLogInAsync("squatter@example.com", "the first password");
            await RunAsync("update accounts set email = 'admin@shop.local', normalized_email = 'ADMIN@SHOP.LOCAL'");
        }

        var stamp = await StampAsync();
        // Even with the very same password: the role is new.
        await using var later = await StartAsync("the first password");
        using var other = later.Browser();

        await WebService.ProblemAsync(await RefreshAsync(other, before), HttpStatusCode.Unauthorized, "invalid_refresh_token");
        Assert.NotEqual(stamp, await StampAsync());
        await other.LogInAsync(Email, "the first password");
    }

    private Task<WebService> StartAsync(string password) =>
        WebService.StartAsync(_database, [_upstream.Address], $"--Admin:Password={password}");

    private static Task<HttpResponseMessage> RefreshAsync(HttpClient client, JsonObject tokens) =>
        client.PostAsJsonAsync("/api/users/refresh", new { refreshToken = (string)tokens["refreshToken"]! });

    private async Task<string> StampAsync() => (string)(await RunAsync("select security_stamp from accounts where normalized_email = 'ADMIN@SHOP.LOCAL'"))!;

    private async Task<object?> RunAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
