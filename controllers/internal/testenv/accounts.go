package testenv

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	// Accounts is how many accounts tests can have of their own.
	Accounts = 500
	// ownKey is an access key that nobody gave out: the emulator takes it for one of AccountID.
	ownKey = "test"
)

// ExtraAccount is the number of an account that tests can have, from 0 to Accounts-1.
func ExtraAccount(index int) string { return fmt.Sprintf("%012d", 200_000_000_000+index) }

// RoleARN is the role by which one gets into an account.
func RoleARN(account string) string { return "arn:aws:iam::" + account + ":role/sanders-test" }

// accounts are those that tests have.
type accounts struct {
	mutex sync.Mutex
	// ofTest is the account of a test and its subtests, by the test's name.
	ofTest map[string]string
	// credentials of accounts.
	credentials map[string]aws.CredentialsProvider
	// faults that tests have injected, by the test's name.
	faults map[string][]string
}

func (a *accounts) addFault(t *testing.T, id string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.faults == nil {
		a.faults = map[string][]string{}
	}
	a.faults[t.Name()] = append(a.faults[t.Name()], id)
}

func (a *accounts) takeFaults(t *testing.T) []string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	taken := a.faults[t.Name()]
	delete(a.faults, t.Name())
	return taken
}

// OwnAccount gives a test an account that no other test has, and so calls, faults and objects of its own. Its subtests
// are in it too, unless they get one themselves.
func (a *AWS) OwnAccount(t *testing.T) {
	t.Helper()
	a.accounts.mutex.Lock()
	defer a.accounts.mutex.Unlock()
	if a.accounts.ofTest == nil {
		a.accounts.ofTest = map[string]string{}
	}
	if len(a.accounts.ofTest) == Accounts {
		t.Fatalf("more than %d tests want an account", Accounts)
	}
	a.accounts.ofTest[t.Name()] = ExtraAccount(len(a.accounts.ofTest))
}

// Account is the number of the account that a test is in.
func (a *AWS) Account(t *testing.T) string {
	a.accounts.mutex.Lock()
	defer a.accounts.mutex.Unlock()
	for name := t.Name(); name != ""; {
		if account, ok := a.accounts.ofTest[name]; ok {
			return account
		}
		name = name[:max(0, strings.LastIndex(name, "/"))]
	}
	return AccountID
}

// assume returns credentials for an account, with those of a configuration.
func (a *accounts) assume(own aws.Config, account string) aws.CredentialsProvider {
	if account == AccountID {
		return own.Credentials
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.credentials == nil {
		a.credentials = map[string]aws.CredentialsProvider{}
	}
	if a.credentials[account] == nil {
		a.credentials[account] = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(own), RoleARN(account)))
	}
	return a.credentials[account]
}
